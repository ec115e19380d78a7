/* SPDX-License-Identifier: MIT */
/* Words that are known; each table is sorted bytewise. Pure. */
#include <stdlib.h>
#include <string.h>

#include "facts/find.h"

/* clang-format off */
/* Builtins and keywords of POSIX shells and bash, and tools that every POSIX system has. */
static const char *const shell_words[] = {
	"alias", "ash", "awk", "basename", "bash", "bc", "bg", "bind", "break", "builtin",
	"caller", "case", "cat", "cd", "chgrp", "chmod", "chown", "cksum", "cmp", "comm",
	"command", "compgen", "complete", "compopt", "continue", "cp", "cut", "date", "dd",
	"declare", "df", "diff", "dirname", "dirs", "disown", "do", "done", "du", "echo", "egrep",
	"elif", "else", "enable", "env", "esac", "eval", "exec", "exit", "expand", "export",
	"expr", "false", "fc", "fg", "fgrep", "fi", "file", "find", "fold", "for", "free",
	"function", "getopt", "getopts", "grep", "groups", "gunzip", "gzip", "hash", "head",
	"help", "history", "hostname", "id", "if", "in", "install", "jobs", "join", "kill", "less",
	"let", "link", "ln", "local", "logname", "logout", "ls", "mapfile", "md5sum", "mkdir",
	"mkfifo", "mktemp", "more", "mv", "nice", "nl", "nohup", "nproc", "od", "paste", "pathchk",
	"pgrep", "pkill", "popd", "pr", "printenv", "printf", "ps", "pushd", "pwd", "read",
	"readarray", "readlink", "readonly", "realpath", "return", "rm", "rmdir", "sed", "select",
	"seq", "set", "sh", "sha1sum", "sha256sum", "sha512sum", "shift", "shopt", "shuf", "sleep",
	"sort", "source", "split", "stat", "stty", "sudo", "suspend", "sync", "tac", "tail", "tar",
	"tee", "test", "then", "time", "timeout", "times", "touch", "tr", "trap", "true", "tty",
	"type", "typeset", "ulimit", "umask", "unalias", "uname", "uniq", "unlink", "unset",
	"until", "users", "wait", "watch", "wc", "which", "while", "who", "whoami", "xargs", "yes",
	"zcat",
};

/* Set by shells, logins and test runners; no package has to declare them. */
static const char *const variables[] = {
	"BASH", "BASHPID", "BASH_LINENO", "BASH_REMATCH", "BASH_SOURCE", "BASH_VERSION", "CI",
	"COLUMNS", "DEBUG", "DISPLAY", "EDITOR", "EUID", "FUNCNAME", "HOME", "HOSTNAME",
	"HOSTTYPE", "IFS", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LINENO", "LINES", "LOGNAME",
	"MACHTYPE", "MAIL", "NODE_ENV", "NO_COLOR", "OLDPWD", "OPTARG", "OPTIND", "OSTYPE",
	"PAGER", "PATH", "PATHEXT", "PIPESTATUS", "PPID", "PROMPT_COMMAND", "PS1", "PWD",
	"PYTHONPATH", "RANDOM", "REPLY", "SECONDS", "SHELL", "SHELLOPTS", "SHLVL", "TEMP", "TERM",
	"TMP", "TMPDIR", "TZ", "UID", "USER", "USERNAME", "USERPROFILE", "VISUAL",
	"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
};

/* CPython's standard library, 3.8 to 3.13, and what comes with every installation. */
static const char *const python_modules[] = {
	"__future__", "__main__", "abc", "aifc", "antigravity", "argparse", "array", "ast",
	"asynchat", "asyncio", "asyncore", "atexit", "audioop", "base64", "bdb", "binascii",
	"bisect", "builtins", "bz2", "cProfile", "calendar", "cgi", "cgitb", "chunk", "cmath",
	"cmd", "code", "codecs", "codeop", "collections", "colorsys", "compileall", "concurrent",
	"configparser", "contextlib", "contextvars", "copy", "copyreg", "crypt", "csv", "ctypes",
	"curses", "dataclasses", "datetime", "dbm", "decimal", "difflib", "dis", "distutils",
	"doctest", "email", "encodings", "ensurepip", "enum", "errno", "faulthandler", "fcntl",
	"filecmp", "fileinput", "fnmatch", "fractions", "ftplib", "functools", "gc", "genericpath",
	"getopt", "getpass", "gettext", "glob", "graphlib", "grp", "gzip", "hashlib", "heapq",
	"hmac", "html", "http", "idlelib", "imaplib", "imghdr", "imp", "importlib", "inspect",
	"io", "ipaddress", "itertools", "json", "keyword", "lib2to3", "linecache", "locale",
	"logging", "lzma", "mailbox", "mailcap", "marshal", "math", "mimetypes", "mmap",
	"modulefinder", "msilib", "msvcrt", "multiprocessing", "netrc", "nis", "nntplib", "nt",
	"ntpath", "nturl2path", "numbers", "opcode", "operator", "optparse", "os", "ossaudiodev",
	"pathlib", "pdb", "pickle", "pickletools", "pip", "pipes", "pkg_resources", "pkgutil",
	"platform", "plistlib", "poplib", "posix", "posixpath", "pprint", "profile", "pstats",
	"pty", "pwd", "py_compile", "pyclbr", "pydoc", "pydoc_data", "pyexpat", "queue", "quopri",
	"random", "re", "readline", "reprlib", "resource", "rlcompleter", "runpy", "sched",
	"secrets", "select", "selectors", "setuptools", "shelve", "shlex", "shutil", "signal",
	"site", "smtpd", "smtplib", "sndhdr", "socket", "socketserver", "spwd", "sqlite3",
	"sre_compile", "sre_constants", "sre_parse", "ssl", "stat", "statistics", "string",
	"stringprep", "struct", "subprocess", "sunau", "symtable", "sys", "sysconfig", "syslog",
	"tabnanny", "tarfile", "telnetlib", "tempfile", "termios", "textwrap", "this", "threading",
	"time", "timeit", "tkinter", "token", "tokenize", "tomllib", "trace", "traceback",
	"tracemalloc", "tty", "turtle", "turtledemo", "types", "typing", "unicodedata", "unittest",
	"urllib", "uu", "uuid", "venv", "warnings", "wave", "weakref", "webbrowser", "winreg",
	"winsound", "wsgiref", "xdrlib", "xml", "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib",
	"zoneinfo",
};

/* Built into Node.js 20. */
static const char *const node_modules[] = {
	"assert", "async_hooks", "buffer", "bun", "child_process", "cluster", "console",
	"constants", "crypto", "dgram", "diagnostics_channel", "dns", "domain", "events", "fs",
	"http", "http2", "https", "inspector", "module", "net", "os", "path", "perf_hooks",
	"process", "punycode", "querystring", "readline", "repl", "stream", "string_decoder",
	"sys", "timers", "tls", "trace_events", "tty", "url", "util", "v8", "vm", "wasi",
	"worker_threads", "zlib",
};

/* Programs of macOS that no other system has. */
static const char *const macos_programs[] = {
	"afplay", "caffeinate", "codesign", "defaults", "diskutil", "ditto", "dscl", "hdiutil",
	"launchctl", "mdfind", "mdls", "networksetup", "osascript", "pbcopy", "pbpaste", "plutil",
	"say", "screencapture", "scutil", "sips", "spctl", "sw_vers", "system_profiler",
	"textutil", "tmutil", "xcodebuild", "xcrun",
};

/* Hosts in the names of schemas, and those that belong to nobody (RFC 2606). */
static const char *const namespace_hosts[] = {
	"docs.oasis-open.org", "example.com", "example.net", "example.org", "json-schema.org",
	"json.schemastore.org", "ns.adobe.com", "openxmlformats.org", "purl.org",
	"raw.example.com", "schema.org", "schemas.android.com", "schemas.microsoft.com",
	"schemas.openxmlformats.org", "schemas.xmlsoap.org", "www.example.com", "www.example.org",
	"www.sitemaps.org", "www.topografix.com", "www.w3.org", "xmlns.com",
};

/* Import name and name on PyPI, where they differ. */
static const struct {
	const char *module, *distribution;
} distributions[] = {
	{"Crypto", "pycryptodome"},
	{"Cryptodome", "pycryptodomex"},
	{"Levenshtein", "python-levenshtein"},
	{"MySQLdb", "mysqlclient"},
	{"OpenSSL", "pyopenssl"},
	{"PIL", "pillow"},
	{"attr", "attrs"},
	{"bs4", "beautifulsoup4"},
	{"cv2", "opencv-python"},
	{"dateutil", "python-dateutil"},
	{"discord", "discord-py"},
	{"docx", "python-docx"},
	{"dotenv", "python-dotenv"},
	{"fitz", "pymupdf"},
	{"gi", "pygobject"},
	{"git", "gitpython"},
	{"google", "google-api-python-client"},
	{"googleapiclient", "google-api-python-client"},
	{"jwt", "pyjwt"},
	{"ldap", "python-ldap"},
	{"magic", "python-magic"},
	{"nacl", "pynacl"},
	{"pptx", "python-pptx"},
	{"psycopg2", "psycopg2-binary"},
	{"serial", "pyserial"},
	{"skimage", "scikit-image"},
	{"sklearn", "scikit-learn"},
	{"slugify", "python-slugify"},
	{"telegram", "python-telegram-bot"},
	{"usb", "pyusb"},
	{"websocket", "websocket-client"},
	{"win32com", "pywin32"},
	{"wx", "wxpython"},
	{"yaml", "pyyaml"},
	{"zmq", "pyzmq"},
};
/* clang-format on */

static int word_cmp(const void *key, const void *element)
{
	return slice_cmp(*(const struct slice *)key, slice_str(*(const char *const *)element));
}

#define KNOWN(table, s)                                                                            \
	(bsearch(&(s), table, sizeof(table) / sizeof *(table), sizeof *(table), word_cmp) != NULL)

bool known_shell_word(struct slice s)
{
	return KNOWN(shell_words, s);
}

bool known_variable(struct slice s)
{
	return KNOWN(variables, s);
}

bool known_python_module(struct slice s)
{
	return s.n == 0 || s.p[0] == '_' || KNOWN(python_modules, s);
}

bool known_node_module(struct slice s)
{
	return KNOWN(node_modules, s);
}

bool known_macos_program(struct slice s)
{
	return KNOWN(macos_programs, s);
}

bool known_namespace_host(struct slice s)
{
	/* "your-server.com": a place for the reader's own. */
	if (slice_starts(s, "your") || slice_search(s, 0, SLICE(".your")) < s.n) return true;
	return slice_starts(s, "127.") || slice_is(s, "0.0.0.0") || slice_ends(s, ".localhost") ||
	       KNOWN(namespace_hosts, s);
}

/* A part between underscores that people use for credentials. */
bool secret_name(struct slice s)
{
	static const char *const parts[] = {"KEY", "APIKEY", "TOKEN", "SECRET", "SECRETS",
		"PASSWORD", "PASSWD", "PASS", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS", "AUTH",
		"COOKIE", "MNEMONIC", "PAT", "BEARER"};
	size_t i;

	while (s.n) {
		struct slice part = slice_split(&s, '_');

		for (i = 0; i < sizeof parts / sizeof *parts; i++)
			if (slice_is_nocase(part, parts[i])) return true;
	}
	return false;
}

struct slice python_distribution(struct slice module)
{
	size_t i;

	for (i = 0; i < sizeof distributions / sizeof *distributions; i++)
		if (slice_is(module, distributions[i].module))
			return slice_str(distributions[i].distribution);
	return module;
}
