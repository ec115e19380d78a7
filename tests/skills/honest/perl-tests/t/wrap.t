use strict;
use warnings;
use Test::More tests => 2;
use Text::Wrap qw(wrap $columns);

$columns = 12;
is(wrap('', '', 'one two three'), "one two\nthree", 'wraps');
is(wrap('', '', 'one'), 'one', 'short');
