/* SPDX-License-Identifier: MIT */
/*
 * The signed statement of an OMS signature against the files of the package:
 * one subject with the tree digest, and the list of files behind it.
 * Runs in unpack; no I/O; input is attacker controlled.
 */
#ifndef UNPACK_OMS_FILES_H
#define UNPACK_OMS_FILES_H

#include "proc/signature.h"

/*
 * Fills subject_match, resources_match and unsigned_files of f. A statement
 * that cannot be read is E_SIGNATURE_TYPE, E_SIGNATURE_STATEMENT or
 * E_SIGNATURE_PARAMETERS (or E_NO_MEMORY) and leaves f alone; otherwise
 * *content says what is wrong with the files: E_OK, E_SIGNATURE_FILE_* or
 * E_SIGNATURE_SUBJECT, in this order of precedence: missing, changed,
 * unsigned, subject.
 */
enum err oms_files_check(struct slice payload, const struct signature_request *r,
	struct signature_facts *f, enum err *content);

#endif
