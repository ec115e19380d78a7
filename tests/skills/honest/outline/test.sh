#!/bin/sh
printf '# A\ntext\n## B\n### C\n' | sed -f outline.sed > got
printf 'A\n  B\n    C\n' > want
diff got want && echo "outline: ok"
