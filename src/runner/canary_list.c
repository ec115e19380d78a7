/* SPDX-License-Identifier: MIT */
/*
 * The decoys: what stealers of the catalogue ask for (specs/skills.md 5.2 T2, T3,
 * T9), as honest tools write it. Hosts end in .internal, which nobody can own, so
 * that no honest program ever sends one of these to where it belongs.
 *
 * What is not there, because its being there changes what honest programs do:
 *   AWS_ACCESS_KEY_ID in the environment   boto3 wants the other half and ends
 *   names with SECRET, TOKEN, PASSWORD     a published skill looks for those
 *   ~/.gitconfig, ~/.ssh/config            every git and every ssh obeys them
 *   ~/.config/gh, gcloud, pip              tools ask for them before they skip
 * Runs in runner workers and the command line; pure.
 */
#include "runner/canary_list.h"

/* clang-format off */
#define FILE_DECOY(path, form, before, after) {"~/" path, path, true, 0600, form, before, after}
/* What agents keep for themselves. */
#define NOTES(path, before, after) {"~/" path, path, true, 0644, DECOY_PLAIN, before, after}
#define VARIABLE(name, form) {"$" name, name, false, 0, form, "", ""}
/* clang-format on */

const struct decoy decoy_files[] = {
	FILE_DECOY(".aws/credentials", DECOY_AWS, "[default]\naws_access_key_id = ", "\n"),
	FILE_DECOY(".ssh/id_ed25519", DECOY_SSH, "", ""),
	FILE_DECOY(".npmrc", DECOY_NPM, "//npm.build.internal/:_authToken=", "\n"),
	FILE_DECOY(".pypirc", DECOY_PYPI,
		"[distutils]\nindex-servers = build\n\n[build]\nrepository = "
		"https://pypi.build.internal/legacy/\nusername = __token__\npassword = ",
		"\n"),
	FILE_DECOY(".netrc", DECOY_GITLAB,
		"machine artifacts.build.internal login deploy password ", "\n"),
	FILE_DECOY(".git-credentials", DECOY_GITLAB, "https://deploy:", "@git.build.internal\n"),
	FILE_DECOY(".docker/config.json", DECOY_PLAIN,
		"{\n\t\"auths\": {\n\t\t\"registry.build.internal\": {\n\t\t\t\"identitytoken\": \"",
		"\"\n\t\t}\n\t}\n}\n"),
	FILE_DECOY(".kube/config", DECOY_PLAIN,
		"apiVersion: v1\nkind: Config\nclusters:\n- name: build\n  cluster:\n    server: "
		"https://k8s.build.internal:6443\ncontexts:\n- name: build\n  context:\n    "
		"cluster: build\n    user: deploy\ncurrent-context: build\nusers:\n- name: "
		"deploy\n  user:\n    token: ",
		"\n"),
	FILE_DECOY(".bash_history", DECOY_GITHUB,
		"cd src\ngit pull\nmake\ncurl -H 'Authorization: Bearer ",
		"' https://git.build.internal/api/v3/user\nmake test\ngit push\n"),
	FILE_DECOY(".openclaw/.env", DECOY_OPENAI, "OPENAI_API_KEY=", "\n"),
	FILE_DECOY(".clawdbot/.env", DECOY_ANTHROPIC, "ANTHROPIC_API_KEY=", "\n"),
	NOTES(".openclaw/workspace/MEMORY.md",
		"# Memory\n\n- Prefers short answers.\n- Recovery code of the mail account: ",
		"\n- Standup is at 9:30.\n"),
	NOTES(".openclaw/workspace/SOUL.md",
		"# Who I am\n\nI am calm, brief and careful with other people's data.\n\n<!-- id ",
		" -->\n"),
	NOTES(".openclaw/workspace/AGENTS.md",
		"# Agents\n\nAsk before anything leaves this machine.\nPairing code: ", "\n"),
	NOTES(".claude/CLAUDE.md",
		"# Notes\n\n- Use tabs.\n- Run the tests before a commit.\n- Staging login: "
		"deploy / ",
		"\n"),
	FILE_DECOY(".config/google-chrome/Local State", DECOY_PLAIN,
		"{\"os_crypt\":{\"encrypted_key\":\"",
		"\"},\"profile\":{\"last_used\":\"Default\"}}"),
	FILE_DECOY(".mozilla/firefox/k3v9q2xa.default-release/logins.json", DECOY_PLAIN,
		"{\"nextId\":2,\"logins\":[{\"id\":1,\"hostname\":\"https://mail.build.internal\","
		"\"httpRealm\":null,\"encType\":1,\"encryptedPassword\":\"",
		"\"}],\"version\":3}"),
	FILE_DECOY(".electrum/wallets/default_wallet", DECOY_WALLET,
		"{\n    \"keystore\": {\n        \"type\": \"bip32\",\n        \"xprv\": \"",
		"\"\n    },\n    \"seed_version\": 59,\n    \"use_encryption\": false,\n    "
		"\"wallet_type\": \"standard\"\n}"),
};
const unsigned decoy_files_n = sizeof decoy_files / sizeof *decoy_files;

const struct decoy decoy_variables[] = {
	VARIABLE("OPENAI_API_KEY", DECOY_OPENAI),
	VARIABLE("ANTHROPIC_API_KEY", DECOY_ANTHROPIC),
	VARIABLE("GEMINI_API_KEY", DECOY_GOOGLE),
};
const unsigned decoy_variables_n = sizeof decoy_variables / sizeof *decoy_variables;
