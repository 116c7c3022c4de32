#!/bin/sh
# Checks this bundle with a POSIX shell, openssl and sha256sum. Nothing of the program that made it is needed.
#
#   sh verify.sh [VKEY [TSA_CA.pem]]
#
# VKEY is the log's public key as you had it from elsewhere, such as "bulla.example/node1+0a1b2c3d+AbCd...":
# without it the bundle is only known to agree with the key that lies in it. TSA_CA.pem is whom you believe of those
# who stamp times: without it a time stamp is not looked at.
# Exit: 0 all of it holds, 1 could not be checked, 2 something contradicts, 3 something is missing.
set -u
export LC_ALL=C
ca=${2:-}
case $ca in '' | /*) ;; *) ca=$PWD/$ca ;; esac
cd "$(dirname "$0")" || exit 1
for tool in openssl sha256sum; do
    command -v $tool >/dev/null || { echo "cannot check: there is no $tool"; exit 1; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
contradicts() { echo "CONTRADICTS: $1"; exit 2; }
missing() { echo "MISSING: $1"; exit 3; }
hash() { openssl dgst -sha256 -binary | openssl base64 -A; }
plain() { printf %s "$1" | openssl base64 -d -A; }
# As the log writes it: what is none never comes near a shell's arithmetic, or into a script of sed's.
number() { case $1 in '' | *[!0-9]* | 0?* | ????????????????*) return 1 ;; esac; }
node() { { printf '\001'; plain "$1"; plain "$2"; } | hash; }

# 1. The files are those of the manifest.
sha256sum --quiet -c manifest.txt >"$work/said" 2>&1 || contradicts "a file is not the manifest's: $(head -n 1 "$work/said")"

signed() { # NOTE VKEY: whether that key signed the note
    name=${2%%+*} rest=${2#*+} # the id, then what base64 may hold a plus of itself
    sed '/^$/,$d' "$1" >"$work/text"
    { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; plain "${rest#*+}" | tail -c 32; } >"$work/key"
    sed '1,/^$/d' "$1" | grep -F " $name " | sed 's/.* //' >"$work/lines"
    while read -r line; do
        [ "$(plain "$line" | head -c 4 | od -An -tx1 | tr -d ' \n')" = "${rest%%+*}" ] || continue
        plain "$line" | tail -c 64 >"$work/sig"
        openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$work/key" -in "$work/text" -sigfile "$work/sig" \
            >/dev/null 2>&1 && return 0
    done <"$work/lines"
    return 1
}
climb() { # HASH INDEX SIZE, the path in $work/path: leaves the root in $at, fails when it is too long or too short
    number "$2" && number "$3" && [ "$2" -lt "$3" ] || return 1
    at=$1 fn=$2 sn=$(($3 - 1))
    while read -r step && [ -n "$step" ]; do
        [ "$sn" -gt 0 ] || return 1
        if [ $((fn & 1)) -eq 1 ] || [ "$fn" -eq "$sn" ]; then
            at=$(node "$step" "$at")
            while [ $((fn & 1)) -eq 0 ] && [ "$fn" -ne 0 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
        else
            at=$(node "$at" "$step")
        fi
        fn=$((fn >> 1)) sn=$((sn >> 1))
    done <"$work/path"
    [ "$sn" -eq 0 ]
}

grown() { # SIZE ROOT, the path in $work/path: whether the signed log begins with the one of that size and root
    fn=$(($1 - 1)) sn=$((size - 1))
    while [ $((fn & 1)) -eq 1 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    {
        old=$2
        [ $(($1 & ($1 - 1))) -eq 0 ] || read -r old || return 1
        new=$old
        while read -r step && [ -n "$step" ]; do
            [ "$sn" -gt 0 ] || return 1
            if [ $((fn & 1)) -eq 1 ] || [ "$fn" -eq "$sn" ]; then
                old=$(node "$step" "$old") new=$(node "$step" "$new")
                while [ $((fn & 1)) -eq 0 ] && [ "$fn" -ne 0 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
            else
                new=$(node "$new" "$step")
            fi
            fn=$((fn >> 1)) sn=$((sn >> 1))
        done
    } <"$work/path"
    [ "$sn" -eq 0 ] && [ "$old" = "$2" ] && [ "$new" = "$root" ]
}

# 2. The log's key signed the checkpoint; a later key is vouched for by the one before it.
vkey=$(sed -n 's/^vkey //p' LOG) keys=
origin=$(sed -n 1p checkpoint) size=$(sed -n 2p checkpoint) root=$(sed -n 3p checkpoint)
[ "${vkey%%+*}" = "$origin" ] || contradicts "the checkpoint is of another log"
number "$size" || contradicts "the checkpoint has no size"
[ "${1:-$vkey}" = "$vkey" ] && known=yes || known=no
for change in rotate/*; do
    [ -f "$change" ] || continue
    sed '1,/^$/d' "$change" >"$work/note"
    plain "$(sed -n 's/^extra //p' "$change")" >"$work/leaf"
    index=$(sed -n 's/^index //p' "$change")
    number "$index" || contradicts "a change of the log's key has no place in the log"
    next=$(sed -n "s/.*\"seq\":$index,.*\"type\":\"key.rotate\",\"v\":1,\"vkey\":\"\([^\"]*\)\".*/\1/p" "$work/leaf")
    [ -n "$next" ] && [ "$(sed -n 1p "$work/note")" = "$origin" ] && signed "$work/note" "$vkey" && signed "$work/note" "$next" ||
        contradicts "a change of the log's key is not signed by both keys"
    sed -n '4,/^$/p' "$change" >"$work/path"
    climb "$({ printf '\000'; cat "$work/leaf"; } | hash)" "$index" "$(sed -n 2p "$work/note")" &&
        [ "$at" = "$(sed -n 3p "$work/note")" ] || contradicts "a change of the log's key is not in the log"
    keys="$keys $vkey" vkey=$next
    [ "${1:-}" != "$vkey" ] || known=yes
done
[ $known = yes ] || contradicts "LOG names another key than yours"
signed checkpoint "$vkey" || contradicts "the checkpoint is not signed by the log's key"

# 3. Every record of the range is here, and is the one that the tree holds at its place.
first=$(sed -n 's/^first record: //p' coverage.txt) last=$(sed -n 's/^last record: //p' coverage.txt)
number "$first" && number "$last" && [ "$first" -le "$last" ] && [ "$last" -lt "$size" ] ||
    contradicts "the range is none of the log's"
covered() { # FILE: whether it is of a record of the range
    of=${1##*/} of=${of%%.*}
    number "$of" && [ "$of" -ge "$first" ] && [ "$of" -le "$last" ]
}
policies=$(for f in policy/*; do [ -f "$f" ] && hash <"$f" && echo; done)
seq=$first
while [ "$seq" -le "$last" ]; do
    leaf=leaf/$seq.json proof=proof/$seq.txt
    [ -f "$leaf" ] && [ -f "$proof" ] || missing "record $seq"
    grep -q "\"seq\":$seq," "$leaf" || contradicts "record $seq says that it is another one"
    [ "$(sed -n 2p "$proof")" = "index $seq" ] || contradicts "the proof of record $seq is another's"
    sed -n '3,/^$/p' "$proof" >"$work/path"
    climb "$({ printf '\000'; cat "$leaf"; } | hash)" "$seq" "$size" && [ "$at" = "$root" ] ||
        contradicts "record $seq is not in the log that was signed"
    pol=$(sed -n 's/.*"pol":"\([^"]*\)".*/\1/p' "$leaf")
    case "
$policies
" in *"
$pol
"*) ;; *) [ -z "$pol" ] || missing "the policy that record $seq names" ;; esac
    seq=$((seq + 1))
done

# 4. What was opened is what the records have the digests of.
opened=0
for f in open/*; do
    [ -f "$f" ] || continue
    name=${f#open/} group=${f##*.}
    covered "$f" || contradicts "$f is of no record of the range"
    grep -qF "\"$group\":\"$(hash <"$f")\"" "leaf/${name%%.*}.json" || contradicts "$f is not what its record committed to"
    opened=$((opened + 1))
done

# 5. A sealed text is the one that its record names; `age` opens the epoch's key in keys/ for a reviewer.
sealed=0
for f in sealed/*; do
    [ -f "$f" ] || continue
    name=${f#sealed/}
    covered "$f" || contradicts "$f is of no record of the range"
    grep -qF "\"h\":\"$(hash <"$f")\",\"k\":\"${name#*.}\"," "leaf/${name%%.*}.json" ||
        contradicts "$f is not the text that its record names"
    sealed=$((sealed + 1))
done

# 6. What somebody else vouches for is an earlier head of this log, and covers the range.
anchors=0
for f in anchor/*.checkpoint; do
    [ -f "$f" ] || continue
    of=no n=$(sed -n 2p "$f") r=$(sed -n 3p "$f")
    number "$n" && [ "$n" -le "$size" ] || contradicts "$f is no earlier head of this log"
    for key in $keys $vkey; do signed "$f" "$key" && of=yes; done
    [ $of = yes ] && [ "$(sed -n 1p "$f")" = "$origin" ] || contradicts "$f is not signed by the log's key"
    [ "$n" -gt "$last" ] || contradicts "$f is of a time before the range was whole"
    if [ "$n" -eq "$size" ]; then
        [ "$r" = "$root" ] || contradicts "$f is another log's"
    else
        [ -f "anchor/$n.growth" ] || missing "the proof that the log grew out of $f"
        sed -n '2,/^$/p' "anchor/$n.growth" >"$work/path"
        grown "$n" "$r" || contradicts "the log did not grow out of $f"
    fi
    anchors=$((anchors + 1))
done
for f in anchor/*.tsr; do
    [ -f "$f" ] && [ -n "$ca" ] || continue
    openssl ts -verify -data "${f%.tsr}.checkpoint" -in "$f" -CAfile "$ca" >"$work/said" 2>&1 ||
        contradicts "$f is no time stamp of its checkpoint by somebody whom $ca vouches for"
    openssl ts -reply -in "$f" -text 2>/dev/null | sed -n "s|^Time stamp: |stamped: $(sed -n 2p "${f%.tsr}.checkpoint") records at |p"
done
echo "holds: records $first to $last of $origin, $opened disclosures, $sealed sealed texts, $anchors anchors; the log had $size records when it signed, root $root"
