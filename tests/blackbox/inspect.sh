#!/bin/sh
# SPDX-License-Identifier: MIT
# The other forms of `inspect`: --suggest is read again and declares everything,
# --against tells exactly what was changed, --jsonl goes on after every failure,
# --sarif has the members that its standard requires. Argument: build folder.
set -u
suite=inspect
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# Root always can.
[ "$(id -u)" = 0 ] || needs_inspect

p=$tmp/tool
mkdir -p "$p/scripts"
printf -- '---\nname: tool\nversion: 1.2.0\ndescription: "Caf\303\251 \\"tool\\""\n---\n[gone](gone.md)\n```sh\nterraform plan\n```\n' > "$p/SKILL.md"
printf '#!/bin/sh\necho "$SOME_VAR" "$SOME_TOKEN"\ncurl -s https://api.some.io/x\n' > "$p/scripts/go.sh"
printf 'import requests\n' > "$p/scripts/go.py"
printf 'exit 0\n' > "$p/scripts/test.sh"
printf 'a\342\200\213b\n' > "$p/scripts/a b#.txt"

# ---- --suggest ----------------------------------------------------------------------
"$sv" inspect --suggest "$p" > "$tmp/block"
is "suggest: exit code" $? 0
cat > "$tmp/want" << 'W'
---
name: "tool"
description: "Caf\u00E9 \"tool\""
# Keep license, compatibility, allowed-tools as they are.
# found by text search; absence proves nothing.
# In no requirements.txt or package.json: requests
metadata:
  version: "1.2.0"
  requires.bins: "terraform curl"
  requires.env: "SOME_VAR SOME_TOKEN"
  requires.network: "api.some.io"
  verifier.test_command: "sh scripts/test.sh"
---
W
is "suggest: the block" "$(diff "$tmp/want" "$tmp/block")" ""
mkdir "$tmp/again"
cp -R "$p" "$tmp/again/tool"
{ cat "$tmp/block"; sed -n '/^\[gone/,$p' "$p/SKILL.md"; } > "$tmp/again/tool/SKILL.md"
"$sv" inspect --json "$tmp/again/tool" > "$tmp/again.json"
is "suggest: read again, the same skill" "$(jq -c '[.outcome, .name, .version, .description, .warnings, .test.command.argv[2]]' "$tmp/again.json")" \
	'["accepted","tool","1.2.0","Café \"tool\"",[],"sh scripts/test.sh"]'
is "suggest: read again, everything is declared" "$(jq -c '[.inspection.rows[] |
	select(.kind == "binary" or .kind == "secret" or .kind == "environment" or .kind == "host" or .kind == "test") | .declared] | [length, all]' "$tmp/again.json")" '[6,true]'
if command -v node > /dev/null && [ -d /usr/share/nodejs/js-yaml ]; then
	sed '1d;$d' "$tmp/block" > "$tmp/block.yaml"
	is "suggest: strict Agent Skills for another reader" "$(NODE_PATH=/usr/share/nodejs node -e '
		const d = require("js-yaml").load(require("fs").readFileSync(process.argv[1], "utf8"));
		const known = ["name", "description", "license", "compatibility", "metadata", "allowed-tools"];
		console.log(Object.keys(d).every((k) => known.includes(k)), /^[a-z0-9-]+$/.test(d.name),
			Object.values(d.metadata).every((v) => typeof v === "string"));' "$tmp/block.yaml")" "true true true"
else
	skip "suggest: strict Agent Skills for another reader" "no node or no js-yaml"
fi
mkdir "$tmp/plain"
printf -- '---\nname: plain\ndescription: d\n---\nwords\n' > "$tmp/plain/SKILL.md"
is "suggest: nothing found, no metadata" "$("$sv" inspect --suggest "$tmp/plain" | grep -c metadata:)" 0
printf '{"scripts": {"test": "jest"}}\n' > "$tmp/plain/package.json"
echo > "$tmp/plain/a.test.js"
has "suggest: package.json's test first" "$("$sv" inspect --suggest "$tmp/plain")" 'verifier.test_command: "npm test"'
mkdir "$tmp/refused"
printf 'no frontmatter\n' > "$tmp/refused/SKILL.md"
"$sv" inspect --suggest "$tmp/refused" > "$tmp/out"
is "suggest: a refused package" "$? $(grep -c '^refused: ' "$tmp/out") $(grep -c '^---' "$tmp/out")" "4 1 0"

# ---- --against -----------------------------------------------------------------------
cp -R "$p" "$tmp/new"
printf 'wget -q https://drop.other.io/x "$NEW_KEY"\n' >> "$tmp/new/scripts/go.sh"
sed -i 's/^curl .*/true/' "$tmp/new/scripts/go.sh"
rm "$tmp/new/scripts/a b#.txt"
echo x > "$tmp/new/added.txt"
chmod 755 "$tmp/new/scripts/test.sh"
sed -i 's/terraform plan/terraform apply/' "$tmp/new/SKILL.md"
"$sv" inspect --against "$p" "$tmp/new" | sed '/^old \|^new /d' > "$tmp/got"
cat > "$tmp/want" << 'W'
files
  ~ SKILL.md
  + added.txt
  - scripts/a b#.txt
  ~ scripts/go.sh
  ~ scripts/test.sh
hosts
  - api.some.io  scripts/go.sh:3
  + drop.other.io  scripts/go.sh:4
secrets
  + NEW_KEY  scripts/go.sh:4
programs
  - curl  scripts/go.sh:3
  + wget  scripts/go.sh:4
commands in prose
  - terraform plan  SKILL.md:8
  + terraform apply  SKILL.md:8
characters that people do not see
  - hidden-text  scripts/a b#.txt:1
(found by text search; absence proves nothing)
W
is "against: exactly what was changed" "$(diff "$tmp/want" "$tmp/got")" ""
"$sv" inspect --against "$p" --json "$tmp/new" > "$tmp/a.json"
is "against: JSON: exit code and versions" "$? $(jq -c '[.old.outcome, .new.outcome, (.old.dirHash1 != .new.dirHash1), (.notCompared | type)]' "$tmp/a.json")" '0 ["accepted","accepted",true,"array"]'
is "against: JSON says what the lines say" "$(jq -r '(.files[] | "\({added: "+", removed: "-", changed: "~"}[.change]) \(.path)"), (.facts[] | "\({added: "+", removed: "-"}[.change]) \(.value)  \(.path):\(.line)")' "$tmp/a.json" | sort)" "$(sed -n 's/^  \([-+~] \)/\1/p' "$tmp/want" | sort)"
"$sv" inspect --against "$tmp/refused" --json "$p" > "$tmp/a.json"
is "against: JSON of a refused version" "$? $(jq -r .old.outcome "$tmp/a.json")" "4 rejected"
"$sv" inspect --against "$p" "$p" > "$tmp/out"
is "against: itself" "$? $(grep -c 'no difference in files and facts' "$tmp/out")" "0 1"
"$sv" inspect --against "$tmp/refused" "$p" > "$tmp/out"
is "against: a refused version is compared and said" "$? $(grep -c '^old  (refused)' "$tmp/out")" "4 1"
echo "no archive" > "$tmp/broken"
"$sv" inspect --against "$p" "$tmp/broken" > "$tmp/out" 2>&1
is "against: a version without a tree" "$? $(grep -c 'the new version has no facts to compare; it is refused: package-format' "$tmp/out")" "4 1"
"$sv" inspect --against "$tmp/nowhere" "$p" > "$tmp/out" 2>&1
is "against: nothing there" $? 3

# ---- --jsonl -------------------------------------------------------------------------
"$sv" inspect --jsonl "$p" "$tmp/refused" "$tmp/broken" "$tmp/nowhere" "$tmp/plain" > "$tmp/lines" 2> "$tmp/err"
is "jsonl: exit code" $? 3
is "jsonl: a line each" "$(jq -c '[(.path | split("/") | last), .outcome, .code]' "$tmp/lines" | tr '\n' ' ')" \
	'["tool","accepted",null] ["refused","rejected","no-frontmatter"] ["broken","rejected","package-format"] ["nowhere","unread","absent"] ["plain","accepted",null] '
is "jsonl: the same as --json" "$(head -1 "$tmp/lines" | jq -S 'del(.path)')" "$("$sv" inspect --json "$p" | jq -S .)"
"$sv" inspect --jsonl "$p" "$tmp/refused" > /dev/null
is "jsonl: refused, but all were read" $? 4
"$sv" inspect --jsonl "$p" "$tmp/plain" > /dev/null
is "jsonl: all accepted" $? 0
awk 'BEGIN { for (i = 0; i < 300; i++) print i }' | while read -r i; do echo "$p"; done | xargs "$sv" inspect --jsonl > "$tmp/many"
is "jsonl: hundreds" "$? $(jq -s 'length' "$tmp/many") $(jq -r .dirHash1 "$tmp/many" | sort -u | wc -l)" "0 300 1"

# ---- what would declare it ------------------------------------------------------------
"$sv" inspect --json "$p" > "$tmp/d.json"
is "declare: a line for what is not declared and can be, else null" "$(jq -c '[.inspection.rows[] | has("declare")] | all' "$tmp/d.json") $(
	jq -c '[.inspection.rows[] | (.declare != null) == ((.declared | not) and ([.kind] | inside(["host", "secret", "environment", "binary", "module", "test"])))] | all' "$tmp/d.json")" "true true"
# Each line alone, in a frontmatter of its own, declares that value.
declared() {
	rm -rf "$tmp/one" && cp -r "$p" "$tmp/one"
	printf -- '---\nname: tool\ndescription: d\n%s\n---\n%s\n' "$2" "$(sed -n '/^\[gone/,$p' "$p/SKILL.md")" > "$tmp/one/SKILL.md"
	"$sv" inspect --json "$tmp/one" | jq -c --arg v "$1" '[.inspection.rows[] | select(.value == $v and .kind != "command") | [.declared, .declare]] | unique'
}
for kind in host secret environment binary; do
	v=$(jq -r --arg k $kind '[.inspection.rows[] | select(.kind == $k and (.declared | not))][0].value' "$tmp/d.json")
	line=$(jq -r --arg k $kind '[.inspection.rows[] | select(.kind == $k and (.declared | not))][0].declare' "$tmp/d.json")
	is "declare: the line for a $kind declares it" "$(declared "$v" "$line")" '[[true,null]]'
done

# ---- --sarif --------------------------------------------------------------------------
"$sv" inspect --sarif "$p" > "$tmp/s.json"
is "sarif: exit code" $? 0
is "sarif: required members" "$(jq -c '[.version, (."$schema" | endswith("sarif-2.1.0.json")), (.runs | length),
	.runs[0].tool.driver.name, (.runs[0].results | all(.message.text | type == "string")),
	([.runs[0].tool.driver.rules[].id] | length == (unique | length))]' "$tmp/s.json")" '["2.1.0",true,1,"skill-verifier",true,true]'
is "sarif: results fit their rules; levels are note and warning" "$(jq -c '.runs[0] as $r | $r.results | [length > 0, all(
	$r.tool.driver.rules[.ruleIndex].id == .ruleId and (.level == "note" or .level == "warning") and
	(.ruleId | test("^[a-z]+(-[a-z]+)*$")) and all(.locations[].physicalLocation;
	(.artifactLocation.uri | test("^[A-Za-z0-9._~/%-]+$")) and (.region.startLine // 1) >= 1))]' "$tmp/s.json")" '[true,true]'
is "sarif: what is found" "$(jq -r '.runs[0].results[] | "\(.ruleId) \(.locations[0].physicalLocation | "\(.artifactLocation.uri):\(.region.startLine // 0)")"' "$tmp/s.json" | sort | tr '\n' ';')" \
	"command-in-prose SKILL.md:8;hidden-text scripts/a%20b%23.txt:1;missing-file SKILL.md:6;undeclared-binary SKILL.md:8;undeclared-binary scripts/go.sh:3;undeclared-environment scripts/go.sh:2;undeclared-module scripts/go.py:1;undeclared-network scripts/go.sh:3;undeclared-secret scripts/go.sh:2;undeclared-test scripts/test.sh:0;"
is "sarif: what is declared is no result" "$("$sv" inspect --sarif "$tmp/again/tool" | jq -r '[.runs[0].results[].ruleId | select(startswith("undeclared"))] | unique | join(" ")')" undeclared-module
is "sarif: messages say what would declare it" "$(jq -c '[.runs[0].results[] | select(.ruleId == "undeclared-network").message.text | contains("; would declare it: metadata: {requires.network: \"")] | all' "$tmp/s.json")" true
"$sv" inspect --sarif "$tmp/refused" > "$tmp/s.json"
is "sarif: a refused package" "$? $(jq -r '.runs[0].results[0] | [.ruleId, .level, (.message.text | split(":")[0])] | join(" ")' "$tmp/s.json")" "4 package-refused warning no-frontmatter"

# ---- options ---------------------------------------------------------------------------
"$sv" inspect --json --sarif "$p" > /dev/null 2>&1
is "one form at a time" $? 3
"$sv" inspect --jsonl > /dev/null 2>&1
is "jsonl needs a path" $? 3
is "no output has a word that no proof can bear" "$({ "$sv" inspect --help; for o in --suggest --sarif --json; do "$sv" inspect $o "$p"; done; "$sv" inspect "$p"; "$sv" inspect --against "$p" "$tmp/new"; } |
	grep -ciwE 'safe|secure|trusted')" 0

# ---- the text form ------------------------------------------------------------------------
mkdir -p "$tmp/flat"
printf -- '---\nname: flat\ndescription: words of the description\n---\n' > "$tmp/flat/SKILL.md"
tar -C "$tmp/flat" -czf "$tmp/flat.tgz" SKILL.md
is "a package without a folder" "$("$sv" inspect "$tmp/flat.tgz" | sed -n 's/^package *//p')" "1 files, $(wc -c < "$tmp/flat/SKILL.md") bytes"
