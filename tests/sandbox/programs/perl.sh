# SPDX-License-Identifier: MIT
# Processes, signals, threads, sockets of perl.
# Runtime: host
# Needs: perl
set -eu
perl -e '
use strict; use warnings; use threads; use POSIX (); use File::Temp; use Socket;
threads->create(sub { 42 })->join == 42 or die "thread";
my $pid = fork; defined $pid or die "fork"; POSIX::_exit(3) if !$pid;
waitpid $pid, 0; $? >> 8 == 3 or die "wait";
`echo hi` eq "hi\n" or die "pipe";
local $SIG{ALRM} = sub { die "alarm\n" }; alarm 1; eval { select undef, undef, undef, 30 };
$@ eq "alarm\n" or die "alarm";
socketpair my $a, my $b, AF_UNIX, SOCK_STREAM, 0 or die "socketpair";
syswrite $a, "x"; sysread $b, my $got, 1; $got eq "x" or die "socket";
my $f = File::Temp->new; print $f "x" x 70000; close $f; -s "$f" == 70000 or die "file";
(getpwuid $<)[0] eq "skill" or die "user";
getservbyname "https", "tcp" or die "services";
getprotobyname "tcp" or die "protocols";
'
echo ok
