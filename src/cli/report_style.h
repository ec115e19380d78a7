/* SPDX-License-Identifier: MIT */
/* The style sheet of the page, ASCII. Runs on the command line. */
#ifndef CLI_REPORT_STYLE_H
#define CLI_REPORT_STYLE_H

extern const char report_style[];

#endif
