# SPDX-License-Identifier: MIT
# Compiles, links and runs C.
# Runtime: host
# Needs: gcc
set -eu
cd /tmp
cat > add.c << 'C'
int add(int a, int b) { return a + b; }
C
cat > main.c << 'C'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
int add(int, int);
static void *work(void *p) { *(int *)p = add(*(int *)p, 40); return NULL; }
int main(void)
{
	pthread_t t;
	int n = 2;
	if (pthread_create(&t, NULL, work, &n) || pthread_join(t, NULL)) return EXIT_FAILURE;
	return printf("%d\n", n) < 0;
}
C
gcc -O2 -pipe -Wall -Werror -c add.c main.c
gcc -o dynamic main.o add.o -lpthread
gcc -static -o static main.o add.o -lpthread
gcc -shared -fPIC -o libadd.so add.c
gcc -flto -g -o shared main.c -L. -ladd -lpthread -Wl,-rpath,/tmp
ar rcs libadd.a add.o
for program in dynamic static shared; do test "$(./$program)" = 42; done
echo ok
