/* SPDX-License-Identifier: MIT */
/* Text as the content of a page. Runs on the command line; pure. */
#ifndef CLI_HTML_H
#define CLI_HTML_H

#include "base/buf.h"

/* Appends s with the five characters of markup escaped; bytes that are no ASCII become "?". */
void buf_html(struct buf *b, struct slice s);

#endif
