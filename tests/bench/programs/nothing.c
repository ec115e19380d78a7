/* SPDX-License-Identifier: MIT */
/* The least that a test can be. Static, so that starting it is all it costs. */
int main(void)
{
	return 0;
}
