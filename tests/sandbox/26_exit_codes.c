/* SPDX-License-Identifier: MIT */
/*
 * The exit code of a test that was killed, faked.
 * Outcome: FAILED:exit-status
 */
int main(void)
{
	return 137;
}
