/* SPDX-License-Identifier: MIT */
/*
 * All codes: ERR(enum, stable name, sentence). Package and manifest codes are
 * those of specs/skills.md 2.9, evidence classes those of specs/dcap.md 4.1 and
 * src/check/README.md (C43), outcome reasons those of C21.
 */
#ifndef BASE_ERR_LIST_H
#define BASE_ERR_LIST_H

/* clang-format off */
#define ERR_LIST(X) \
	ERR_LIST_BASE(X) ERR_LIST_API(X) ERR_LIST_PACKAGE(X) ERR_LIST_MANIFEST(X) \
	ERR_LIST_SIGNATURE(X) ERR_LIST_RUN(X) ERR_LIST_CHECK(X) ERR_LIST_NET(X)

/* Inside the program; a user meets these only through a message around them. */
#define ERR_LIST_BASE(X) \
	X(E_TRUNCATED, "truncated", "the data ends too early") \
	X(E_TRAILING, "trailing-data", "there are bytes after the end") \
	X(E_FORMAT, "format", "the data does not have the expected form") \
	X(E_RANGE, "range", "a value is out of range") \
	X(E_TOO_LARGE, "too-large", "the data is larger than allowed") \
	X(E_NO_MEMORY, "no-memory", "there is not enough memory") \
	X(E_SYSTEM, "system", "a system call failed") \
	X(E_CLOSED, "closed", "the other side closed the connection") \
	X(E_AGAIN, "again", "nothing can be done right now") \
	X(E_PROTOCOL, "protocol", "a message between processes breaks the protocol") \
	X(E_ABSENT, "absent", "the thing asked for does not exist") \
	X(E_TIMEOUT, "timeout", "it took too long") \
	X(E_USAGE, "usage", "the command line is not understood") \
	X(E_INTERNAL, "internal", "the program met a state that it does not allow") \
	X(E_JSON, "json", "the text is not strict JSON") \
	X(E_UTF8, "utf8", "the text is not valid UTF-8") \
	X(E_CONFIG, "config", "the configuration is not valid") \
	X(E_SELF_TEST, "self-test", "a known answer came out wrong")

/* Answers of the HTTP API beyond those about packages. */
#define ERR_LIST_API(X) \
	X(E_BAD_REQUEST, "bad-request", "the request is not understood") \
	X(E_NOT_FOUND, "not-found", "Not found") \
	X(E_JOB_NOT_FOUND, "job-not-found", "Job not found") \
	X(E_JOB_NOT_COMPLETED, "job-not-completed", "Job not completed") \
	X(E_METHOD_NOT_ALLOWED, "method-not-allowed", "this path does not take that method") \
	X(E_NO_PACKAGE, "no-package", "No skill provided") \
	X(E_MULTIPART_INVALID, "multipart-invalid", "the multipart body is not well formed") \
	X(E_NONCE_INVALID, "nonce-invalid", "a nonce is 64 hex digits, not all zero") \
	X(E_SECRETS_UNSUPPORTED, "secrets-unsupported", "secret values are not accepted in this version") \
	X(E_SKILL_PATH_UNSUPPORTED, "skill-path-unsupported", "skillPath is not supported; upload the package") \
	X(E_URL_UNSUPPORTED, "url-unsupported", "packages are not fetched; upload the package") \
	X(E_LENGTH_REQUIRED, "length-required", "the request needs a Content-Length or chunked encoding") \
	X(E_HEADER_TOO_LARGE, "header-too-large", "the request header is larger than allowed") \
	X(E_URI_TOO_LONG, "uri-too-long", "the request target is longer than allowed") \
	X(E_UNSUPPORTED_MEDIA, "unsupported-media-type", "this content type is not accepted here") \
	X(E_REQUEST_TIMEOUT, "request-timeout", "the request took too long to arrive") \
	X(E_TOO_MANY_CONNECTIONS, "too-many-connections", "there are too many connections") \
	X(E_RATE_LIMITED, "rate-limited", "too many requests; try again later") \
	X(E_QUEUE_FULL, "queue-full", "the queue is full; try again later") \
	X(E_STORAGE_FULL, "storage-full", "there is no room to store the job") \
	X(E_DRAINING, "draining", "the service is stopping") \
	X(E_NOT_READY, "not-ready", "the service is not ready") \
	X(E_NO_ATTESTATION, "no-attestation", "this job has no statement and no quote") \
	X(E_NOT_AVAILABLE, "not-available", "this is not offered in this version") \
	X(E_UNAUTHORIZED, "unauthorized", "a valid token is needed") \
	X(E_FORBIDDEN, "forbidden", "the token does not allow this") \
	X(E_GONE, "gone", "the data is past its retention time") \
	X(E_LIMIT_INVALID, "limit-invalid", "limit is a number from 1 to 500")

/* A package is refused (specs/skills.md 2.1-2.3). */
#define ERR_LIST_PACKAGE(X) \
	X(E_PKG_TOO_LARGE, "package-too-large", "the package is larger than allowed") \
	X(E_PKG_FORMAT, "package-format", "the archive is not a well-formed tar or zip") \
	X(E_PKG_TRUNCATED, "package-truncated", "the archive ends too early") \
	X(E_PKG_TRAILING, "package-trailing-data", "there is data after the end of the archive") \
	X(E_PKG_HEADER, "package-header", "an extended header is not valid or too large") \
	X(E_PKG_ENTRIES, "package-entries", "the archive has too many members") \
	X(E_PKG_MEMBER_TYPE, "package-member-type", "only regular files and directories are allowed") \
	X(E_PKG_BOMB, "package-bomb", "the archive expands too far") \
	X(E_PKG_TIMEOUT, "package-timeout", "unpacking took too long") \
	X(E_PKG_MULTIPLE, "package-multiple-skills", "the package contains several skills; submit one at a time") \
	X(E_PATH_INVALID, "path-invalid", "a path is not allowed") \
	X(E_PATH_TOO_LONG, "path-too-long", "a path is too long or too deep") \
	X(E_PATH_COLLISION, "path-collision", "two paths collide") \
	X(E_NO_MANIFEST, "no-manifest", "No SKILL.md found in package")

/* A manifest is refused (specs/skills.md 2.4-2.6). */
#define ERR_LIST_MANIFEST(X) \
	X(E_MANIFEST_TOO_LARGE, "manifest-too-large", "SKILL.md is larger than allowed") \
	X(E_FRONTMATTER_TOO_LARGE, "frontmatter-too-large", "the frontmatter is larger than allowed") \
	X(E_MANIFEST_ENCODING, "manifest-encoding", "SKILL.md is not plain UTF-8 text") \
	X(E_MANIFEST_CONTROL, "manifest-control-char", "SKILL.md holds a control character") \
	X(E_MANIFEST_AMBIGUOUS, "manifest-ambiguous", "several manifest files") \
	X(E_NO_FRONTMATTER, "no-frontmatter", "Invalid SKILL.md: no frontmatter found") \
	X(E_FRONTMATTER_UNCLOSED, "frontmatter-unclosed", "Invalid SKILL.md: frontmatter is not closed") \
	X(E_FRONTMATTER_AMBIGUOUS, "frontmatter-ambiguous", "Invalid SKILL.md: a line begins with --- but is not a delimiter") \
	X(E_FRONTMATTER_NOT_MAPPING, "frontmatter-not-mapping", "Invalid SKILL.md: frontmatter is not a mapping") \
	X(E_YAML_INVALID, "yaml-invalid", "Invalid SKILL.md: the frontmatter is not valid YAML") \
	X(E_YAML_ALIAS, "yaml-alias", "Invalid SKILL.md: anchors and aliases are not allowed") \
	X(E_YAML_TAG, "yaml-tag", "Invalid SKILL.md: tags are not allowed") \
	X(E_YAML_MULTIDOC, "yaml-multidoc", "Invalid SKILL.md: a second document is not allowed") \
	X(E_YAML_MERGE, "yaml-merge", "Invalid SKILL.md: merge keys are not allowed") \
	X(E_YAML_KEY, "yaml-key", "Invalid SKILL.md: a key must be plain text") \
	X(E_YAML_DUPLICATE_KEY, "yaml-duplicate-key", "Invalid SKILL.md: duplicate keys are not allowed") \
	X(E_YAML_LIMITS, "yaml-limits", "Invalid SKILL.md: too many nodes or too deep") \
	X(E_NAME_MISSING, "name-missing", "Manifest missing required fields: name") \
	X(E_NAME_INVALID, "name-invalid", "Invalid field 'name'") \
	X(E_VERSION_INVALID, "version-invalid", "Invalid field 'version'") \
	X(E_DESCRIPTION_INVALID, "description-invalid", "Invalid field 'description'") \
	X(E_ENTRYPOINT_INVALID, "entrypoint-invalid", "Invalid field 'entrypoint'") \
	X(E_ENTRYPOINT_MISSING, "entrypoint-missing", "Invalid field 'entrypoint': no such file in the package") \
	X(E_TEST_CONFLICT, "test-conflict", "test declared more than once") \
	X(E_TEST_INVALID, "test-invalid", "Invalid field 'test'") \
	X(E_TEST_UNKNOWN_FIELD, "test-unknown-field", "Invalid field 'test': unknown member") \
	X(E_TEST_COMMAND_INVALID, "test-command-invalid", "Invalid field 'test_command'") \
	X(E_TIMEOUT_INVALID, "timeout-invalid", "Invalid field 'timeout'") \
	X(E_TIMEOUT_RANGE, "timeout-range", "Invalid field 'timeout': out of range") \
	X(E_ENV_INVALID, "environment-invalid", "Invalid field 'environment'") \
	X(E_ENV_DUPLICATE, "environment-duplicate", "Invalid field 'environment': a name is given twice") \
	X(E_ENV_RESERVED, "environment-reserved", "Invalid field 'environment': a reserved name") \
	X(E_NETWORK_INVALID, "network-invalid", "Invalid field 'network'") \
	X(E_RUNTIME_INVALID, "runtime-invalid", "Invalid field 'runtime'")

/* Why the signature in a package is not verified; never a refusal (src/unpack/README.md). */
#define ERR_LIST_SIGNATURE(X) \
	X(E_SIGNATURE_TOO_LARGE, "signature-too-large", "the signature file is larger than allowed") \
	X(E_SIGNATURE_FORMAT, "signature-format", "the signature file is not a bundle of the known form") \
	X(E_SIGNATURE_TYPE, "signature-type", "the bundle holds another kind of signature") \
	X(E_SIGNATURE_STATEMENT, "signature-statement", "the signed statement does not have the known form") \
	X(E_SIGNATURE_PARAMETERS, "signature-parameters", "the signer listed files in a way that is not followed here") \
	X(E_SIGNATURE_CERTIFICATE, "signature-certificate", "a certificate of the signer is not well formed, or not of P-384 with SHA-384") \
	X(E_SIGNATURE_WRONG, "signature-wrong", "the signature is not the signer's") \
	X(E_SIGNATURE_CHAIN, "signature-chain", "the signer's certificates are no chain") \
	X(E_SIGNATURE_NOT_YET_VALID, "signature-not-yet-valid", "a certificate of the signer was not valid yet") \
	X(E_SIGNATURE_EXPIRED, "signature-expired", "a certificate of the signer had expired") \
	X(E_SIGNATURE_FILE_MISSING, "signature-file-missing", "a signed file is not in the package") \
	X(E_SIGNATURE_FILE_CHANGED, "signature-file-changed", "a file is not the one that was signed") \
	X(E_SIGNATURE_FILE_UNSIGNED, "signature-file-unsigned", "the package holds a file that was not signed") \
	X(E_SIGNATURE_SUBJECT, "signature-subject", "the signed tree digest is not that of the signed files") \
	X(E_SIGNATURE_ANCHOR, "signature-anchor", "the signer's chain leads to none of the configured anchors") \
	X(E_SIGNATURE_NO_ANCHOR, "signature-no-anchor", "no anchor is configured, so nobody vouches for the signer") \
	X(E_SIGNATURE_UNREAD, "signature-unread", "the process that reads the signature failed")

/* Reasons of a verdict or of a failed job (C21, C28). */
#define ERR_LIST_RUN(X) \
	X(E_RUNTIME_UNKNOWN, "runtime-unknown", "this runtime is not offered") \
	X(E_RUNTIME_DIGEST, "runtime-digest-mismatch", "this runtime is pinned to another digest") \
	X(E_RUNTIME_CHANGED, "runtime-changed", "a file of the runtime differs from its manifest") \
	X(E_SANDBOX_SETUP, "sandbox-setup", "a protection could not be set up, so the test did not run") \
	X(E_COMMAND_NOT_FOUND, "command-not-found", "the command does not exist in this runtime") \
	X(E_EXEC_FAILED, "exec-failed", "the command could not be executed") \
	X(E_SETUP_FAILED, "setup-failed", "the setup command failed") \
	X(E_NETWORK_NOT_PERMITTED, "network-not-permitted", "the test asks for network access, which is not granted here") \
	X(E_CRASHED, "crashed", "a process of the verifier ended while the job ran") \
	X(E_POISON, "poison", "processes of the verifier ended three times on this job") \
	X(E_CANCELLED, "cancelled", "the job was cancelled") \
	X(E_ATTESTATION_UNAVAILABLE, "attestation-unavailable", "no quote could be had for the result in time")

/* Evidence: DCAP classes (specs/dcap.md 4.1), then ours (C43). */
#define ERR_LIST_CHECK(X) \
	X(E_QUOTE_FORMAT, "QUOTE_FORMAT", "the quote is not well formed") \
	X(E_QUOTE_VERSION, "QUOTE_VERSION", "this quote version is not known") \
	X(E_ATT_KEY_TYPE, "ATT_KEY_TYPE", "the attestation key is not ECDSA P-256") \
	X(E_TEE_TYPE, "TEE_TYPE", "the TEE type does not fit this quote") \
	X(E_QE_VENDOR, "QE_VENDOR", "the quoting enclave is not Intel's") \
	X(E_CERT_DATA_TYPE, "CERT_DATA_TYPE", "the certification data has an unexpected type") \
	X(E_CERT_FORMAT, "CERT_FORMAT", "a certificate is not well formed") \
	X(E_PCK_CHAIN, "PCK_CHAIN", "the PCK certificate chain does not lead to the root") \
	X(E_PCK_EXTENSION, "PCK_EXTENSION", "the SGX extension of the PCK certificate is not valid") \
	X(E_CERT_NOT_YET_VALID, "CERT_NOT_YET_VALID", "a certificate is not valid yet") \
	X(E_CERT_EXPIRED, "CERT_EXPIRED", "a certificate has expired") \
	X(E_CERT_REVOKED, "CERT_REVOKED", "a certificate has been revoked") \
	X(E_CRL_FORMAT, "CRL_FORMAT", "a revocation list is not well formed") \
	X(E_CRL_ISSUER, "CRL_ISSUER", "a revocation list has another issuer") \
	X(E_CRL_SIGNATURE, "CRL_SIGNATURE", "the signature of a revocation list is wrong") \
	X(E_CRL_NOT_YET_VALID, "CRL_NOT_YET_VALID", "a revocation list is not valid yet") \
	X(E_CRL_EXPIRED, "CRL_EXPIRED", "a revocation list has expired") \
	X(E_COLLATERAL_FORMAT, "COLLATERAL_FORMAT", "the collateral bundle is not well formed") \
	X(E_TCB_INFO_CHAIN, "TCB_INFO_CHAIN", "the TCB info chain does not lead to the root") \
	X(E_TCB_INFO_SIGNATURE, "TCB_INFO_SIGNATURE", "the signature of the TCB info is wrong") \
	X(E_TCB_INFO_FORMAT, "TCB_INFO_FORMAT", "the TCB info is not well formed") \
	X(E_TCB_INFO_NOT_YET_VALID, "TCB_INFO_NOT_YET_VALID", "the TCB info is not valid yet") \
	X(E_TCB_INFO_EXPIRED, "TCB_INFO_EXPIRED", "the TCB info has expired") \
	X(E_TCB_INFO_MISMATCH, "TCB_INFO_MISMATCH", "the TCB info is for another platform") \
	X(E_QE_IDENTITY_CHAIN, "QE_IDENTITY_CHAIN", "the QE identity chain does not lead to the root") \
	X(E_QE_IDENTITY_SIGNATURE, "QE_IDENTITY_SIGNATURE", "the signature of the QE identity is wrong") \
	X(E_QE_IDENTITY_FORMAT, "QE_IDENTITY_FORMAT", "the QE identity is not well formed") \
	X(E_QE_IDENTITY_NOT_YET_VALID, "QE_IDENTITY_NOT_YET_VALID", "the QE identity is not valid yet") \
	X(E_QE_IDENTITY_EXPIRED, "QE_IDENTITY_EXPIRED", "the QE identity has expired") \
	X(E_QE_IDENTITY_MISMATCH, "QE_IDENTITY_MISMATCH", "the quoting enclave is not the identified one") \
	X(E_QE_DEBUG, "QE_DEBUG", "the quoting enclave runs in debug mode") \
	X(E_QE_REPORT_SIGNATURE, "QE_REPORT_SIGNATURE", "the signature of the QE report is wrong") \
	X(E_QE_REPORT_DATA, "QE_REPORT_DATA", "the QE report does not bind the attestation key") \
	X(E_QE_TCB_NOT_SUPPORTED, "QE_TCB_NOT_SUPPORTED", "the quoting enclave is older than every known level") \
	X(E_QUOTE_SIGNATURE, "QUOTE_SIGNATURE", "the signature of the quote is wrong") \
	X(E_TDX_MODULE_MISMATCH, "TDX_MODULE_MISMATCH", "the TDX module is not an identified one") \
	X(E_TCB_NOT_SUPPORTED, "TCB_NOT_SUPPORTED", "the platform is older than every known level") \
	X(E_TCB_REVOKED, "TCB_REVOKED", "the platform's TCB level has been revoked") \
	X(E_DEBUG, "DEBUG", "the TD runs in debug mode") \
	X(E_TD_ATTRIBUTES, "TD_ATTRIBUTES", "the TD has attributes that are not allowed") \
	X(E_TD_SERVICE_TD, "TD_SERVICE_TD", "a service TD is bound to the TD") \
	X(E_TCB_EVALUATION, "TCB_EVALUATION", "the collateral is from an older TCB evaluation than demanded") \
	X(E_TCB_POLICY, "TCB_POLICY", "the policy does not accept this TCB status") \
	X(E_ATTESTATION_FORMAT, "ATTESTATION_FORMAT", "the versioned attestation is not well formed") \
	X(E_ATTESTATION_KIND, "ATTESTATION_KIND", "the attestation is of a platform that is not checked here") \
	X(E_KEY_CHAIN, "KEY_CHAIN", "the key chain does not lead to the KMS root key") \
	X(E_ENVELOPE_FORMAT, "ENVELOPE_FORMAT", "the DSSE envelope is not well formed") \
	X(E_ENVELOPE_KEY, "ENVELOPE_KEY", "the signing key is not the one the statement names") \
	X(E_ENVELOPE_SIGNATURE, "ENVELOPE_SIGNATURE", "the signature over the statement is wrong") \
	X(E_STATEMENT_FORMAT, "STATEMENT_FORMAT", "the statement is not well formed") \
	X(E_STATEMENT_NOT_CANONICAL, "STATEMENT_NOT_CANONICAL", "the statement is not in canonical form") \
	X(E_STATEMENT_SCHEMA, "STATEMENT_SCHEMA", "the statement does not follow a known schema") \
	X(E_STATEMENT_INCONSISTENT, "STATEMENT_INCONSISTENT", "the statement contradicts itself") \
	X(E_VERDICT_MISMATCH, "VERDICT_MISMATCH", "the verdict does not follow from the facts") \
	X(E_SANDBOX_POLICY, "SANDBOX_POLICY", "the sandbox is weaker than the policy allows") \
	X(E_NO_TEE, "NO_TEE", "the result was made without a TEE") \
	X(E_REPORT_DATA_MISMATCH, "REPORT_DATA_MISMATCH", "report data of the quote is of something else") \
	X(E_NONCE_MISMATCH, "NONCE_MISMATCH", "the nonce is another one") \
	X(E_COPY_MISMATCH, "COPY_MISMATCH", "two copies of one fact differ") \
	X(E_BUNDLE_FORMAT, "BUNDLE_FORMAT", "the bundle is not well formed") \
	X(E_LOG_FORMAT, "LOG_FORMAT", "the event log is not well formed") \
	X(E_LOG_DECOY, "LOG_DECOY", "an event is covered by no register, or by the wrong one") \
	X(E_LOG_NAME, "LOG_NAME", "an event name is not allowed") \
	X(E_LOG_DIGEST, "LOG_DIGEST", "a digest of the log does not follow from its event") \
	X(E_LOG_REPLAY, "LOG_REPLAY", "the replayed log does not give the quoted register") \
	X(E_LOG_ORDER, "LOG_ORDER", "the launch events are not the expected ones in the expected order") \
	X(E_LOG_PAYLOAD, "LOG_PAYLOAD", "the payload of a launch event is not valid") \
	X(E_MRCONFIGID, "MRCONFIGID", "MRCONFIGID contradicts the event log") \
	X(E_KEY_FORMAT, "KEY_FORMAT", "the key with its chain is not well formed") \
	X(E_COMPOSE_HASH, "COMPOSE_HASH", "the app-compose text does not have the measured hash") \
	X(E_COMPOSE_FORMAT, "COMPOSE_FORMAT", "the app-compose text is not well formed") \
	X(E_COMPOSE_MEMBER, "COMPOSE_MEMBER", "the app-compose text has an unknown or duplicate member") \
	X(E_COMPOSE_YAML, "COMPOSE_YAML", "the compose file can be read in more than one way") \
	X(E_COMPOSE_POLICY, "COMPOSE_POLICY", "the app-compose text runs code that nothing pins") \
	X(E_IMAGE_UNPINNED, "IMAGE_UNPINNED", "an image is not pinned by digest") \
	X(E_IMAGE_OTHER, "IMAGE_OTHER", "the expected image is not the one that runs") \
	X(E_IDENTITY_MISMATCH, "IDENTITY_MISMATCH", "the measured identity is not the expected one") \
	X(E_OS_MISMATCH, "OS_MISMATCH", "the measured OS is not the expected one") \
	X(E_PACKAGE_OTHER, "PACKAGE_OTHER", "the statement is about another package") \
	X(E_APP_FORMAT, "APP_FORMAT", "the application's answer is not well formed") \
	X(E_ABI, "ABI_FORMAT", "the contract's answer does not have its type") \
	X(E_RPC_FORMAT, "RPC_FORMAT", "the chain node's answer is not well formed") \
	X(E_RPC_ERROR, "RPC_ERROR", "the chain node answered with an error") \
	X(E_RPC_REVERT, "RPC_REVERT", "the contract refused the call") \
	X(E_RPC_DISAGREE, "RPC_DISAGREE", "two chain nodes say different things") \
	X(E_CHAIN_OTHER, "CHAIN_OTHER", "the node is on another chain") \
	X(E_NO_CONTRACT, "NO_CONTRACT", "there is no such contract") \
	X(E_NOT_ALLOWED, "NOT_ALLOWED", "the contract does not allow this version") \
	X(E_DEVICE_UNKNOWN, "DEVICE_UNKNOWN", "the contract lists devices, and this one is not seen among them") \
	X(E_CONTRACT_OTHER, "CONTRACT_OTHER", "the contract is not the application's own")

/* Asking another machine, on the command line only (src/net/README.md). */
#define ERR_LIST_NET(X) \
	X(E_URL, "url-invalid", "the URL is not understood") \
	X(E_NAME, "name-not-found", "the name of the server cannot be resolved") \
	X(E_CONNECT, "connect-failed", "the server cannot be reached") \
	X(E_PLAIN_HTTP, "plain-http", "a connection without TLS is only for this machine") \
	X(E_TLS, "tls-failed", "no TLS connection could be made") \
	X(E_TLS_CERT, "tls-certificate", "the server's certificate is not accepted") \
	X(E_RESPONSE, "response-format", "the server's answer is not well formed") \
	X(E_REDIRECT, "redirect-refused", "the server sends elsewhere, which is not followed") \
	X(E_STATUS, "http-status", "the server answered with an error")
/* clang-format on */

#endif
