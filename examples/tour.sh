#!/bin/sh
# A tour of the host over HTTP: two tenants who know nothing of each other.
#
# It starts a host of its own in a temporary folder, on a free port, takes each
# step with curl, checks what comes back, and stops at the first thing that is
# not as it should be. The model is gemma3:1b if an Ollama server on this machine
# has it, and otherwise llm-echo, which says back what it was shown. It needs
# curl and jq, and Go if bin/ is not built yet.
set -eu
cd "$(dirname "$0")/.."
[ -x bin/bothost ] && [ -x bin/plugins/store-sqlite ] || make build

folder=$(mktemp -d)
host=
finish() {
	[ -z "$host" ] || { kill "$host" 2>/dev/null && wait "$host"; } || true
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# --- what the steps are written with

step() { printf '\n%s\n' "$1"; }

fail() {
	echo "FAILED: $1" >&2
	echo "the answer was: $status $answer" >&2
	exit 1
}

# call METHOD PATH KEY [BODY] [HEADER]: sets status and answer.
call() {
	status=$(curl -sS -o "$folder/answer" -w '%{http_code}' -X "$1" "$url$2" \
		-H "Authorization: Bearer $3" -H 'Content-Type: application/json' \
		${5:+-H "$5"} ${4:+-d "$4"})
	answer=$(cat "$folder/answer")
}

# expect STATUS FILTER WHAT: the answer has the status, and the jq filter holds.
expect() {
	[ "$status" = "$1" ] || fail "$3: wanted status $1"
	[ -z "$2" ] || printf '%s' "$answer" | jq -e "$2" >/dev/null || fail "$3: wanted $2"
	echo "  ok: $3"
}

# --- a host

ollama=${OLLAMA_HOST:-127.0.0.1:11434}
ollama=http://${ollama#http://}
models=$(curl -fs -m 2 "$ollama/api/tags" || echo '{"models": []}')
if printf '%s' "$models" | jq -e 'any(.models[]; .name == "gemma3:1b")' >/dev/null; then
	llm="{provider: ollama, base_url: \"$ollama\", model: \"gemma3:1b\", max_tokens: 60}"
else
	llm="{provider: echo}"
fi
cat >"$folder/bothost.yaml" <<END
listen: 127.0.0.1:0
data_dir: $folder/data
auth: {mode: keys}
bot:
  llm: $llm
  memory: {type: buffer, max_messages: 10}
END
echo "The host is in $folder, its model is $llm."
bin/bothost serve --config "$folder/bothost.yaml" >"$folder/log" 2>&1 &
host=$!
url=
tries=0
while [ -z "$url" ] || ! curl -fs -o /dev/null "$url/readyz"; do
	tries=$((tries + 1))
	if ! kill -0 "$host" 2>/dev/null || [ "$tries" -gt 300 ]; then
		echo "FAILED: the host did not start:" >&2
		cat "$folder/log" >&2
		exit 1
	fi
	sleep 0.1
	url=$(sed -n 's/.*\(http:\/\/127\.0\.0\.1:[0-9][0-9]*\).*/\1/p' "$folder/log" | head -n 1)
done
admin=$(cat "$folder/data/admin.key")

# --- the tour

step "Two tenants over one base configuration, each with a key of its own"
call PUT /v1/tenants/client-a "$admin" '{"prompts": {"system": "You are a customer support assistant."}}'
expect 201 '.revision == 1 and .active' "client-a is registered"
call PUT /v1/tenants/client-b "$admin" '{"memory": {"max_messages": 20}, "prompts": {"system": "You are a technical expert."}}'
expect 201 '.tenant == "client-b"' "client-b is registered"
call GET '/v1/tenants/client-b?effective=true' "$admin"
expect 200 '.effective | .memory == {"type": "buffer", "max_messages": 20} and .conversation_storage.backend == "sqlite"' \
	"client-b inherits what it does not say"
call POST /v1/tenants/client-a/keys "$admin"
expect 201 '.key | startswith("bh_")' "client-a has a key"
key_a=$(printf '%s' "$answer" | jq -r .key)
call POST /v1/tenants/client-b/keys "$admin"
expect 201 '.key | startswith("bh_")' "client-b has a key"
key_b=$(printf '%s' "$answer" | jq -r .key)

step "A registration with mistakes is refused, and every mistake is named"
call PUT /v1/tenants/client-a "$admin" '{"memory": {"max_mesages": 5}, "llm": {"temperature": "hot"}}'
expect 422 '[.errors[].key] | sort == ["llm.temperature", "memory.max_mesages"]' "two mistakes, two keys"
call GET /v1/tenants/client-a "$admin"
expect 200 '.revision == 1' "client-a is as it was"

step "Both talk, and both call their conversation c1"
call POST /v1/chat "$key_a" '{"conversation_id": "c1", "user_id": "ann", "message": "My word is aubergine."}'
expect 200 '.turn == 1 and (.reply | length > 0) and .replayed == false' "client-a has a reply"
call POST /v1/chat "$key_b" '{"conversation_id": "c1", "message": "My word is broccoli."}'
expect 200 '.turn == 1' "client-b begins at turn 1"

step "A reply in pieces"
curl -sSN "$url/v1/chat" -H "Authorization: Bearer $key_a" -H 'Content-Type: application/json' \
	-d '{"conversation_id": "c1", "message": "What did I say?", "stream": true}' >"$folder/events"
status=stream
answer=$(grep '^event: ' "$folder/events" | uniq | tr '\n' ' ')
[ "$answer" = "event: start event: delta event: done " ] || fail "the order of the events"
echo "  ok: start, then deltas, then done"
sed -n 's/^data: //p' "$folder/events" | jq -s -e '([.[].text // empty] | join("")) == .[-1].reply' >/dev/null || fail "the pieces make the reply"
echo "  ok: the pieces make the reply"

step "What the database has"
call GET /v1/conversations/c1/messages "$key_a"
expect 200 '[.items[].role] == ["user", "assistant", "user", "assistant"]' "client-a has two turns, in order"
expect 200 '.items[0].content == "My word is aubergine." and all(.items[]; .content | contains("broccoli") | not)' \
	"and nothing of client-b's"
call GET /v1/conversations/c1/messages "$key_b"
expect 200 '(.items | length) == 2 and all(.items[]; .content | contains("aubergine") | not)' "client-b has its own c1"
call GET '/v1/conversations?user_id=ann' "$key_a"
expect 200 '[.items[].id] == ["c1"]' "conversations can be looked up by user"

step "Keys decide who is who"
call GET /v1/conversations/c1 "$key_b" "" "X-Tenant: client-a"
expect 403 '.error.code == "other_tenant"' "client-b's key does not open client-a's conversations"
call GET /v1/tenants "$key_a"
expect 403 '.error.code == "not_operator"' "a tenant's key is not the operator's"
call GET /v1/conversations "bh_0000000000000000_none"
expect 401 '' "an unknown key opens nothing"

step "A retry is answered from the database, and the model is not asked again"
retry='{"conversation_id": "c1", "message": "What does it cost?"}'
call POST /v1/chat "$key_a" "$retry" "Idempotency-Key: order-1"
expect 200 '.turn == 3 and .replayed == false' "the first time it is a turn"
first=$(printf '%s' "$answer" | jq -r .reply)
call POST /v1/chat "$key_a" "$retry" "Idempotency-Key: order-1"
expect 200 '.turn == 3 and .replayed' "the second time it is the same turn"
[ "$(printf '%s' "$answer" | jq -r .reply)" = "$first" ] || fail "the same reply"
call POST /v1/chat "$key_a" '{"conversation_id": "c1", "message": "Something else"}' "Idempotency-Key: order-1"
expect 422 '.error.code == "idempotency_mismatch"' "the key with another message is a mistake"

step "Bots are built when they are needed, and cached"
call GET /v1/cache "$admin"
expect 200 '(.tenants | sort) == ["client-a", "client-b"] and .misses == 2' "two tenants, two bots, each built once"
call DELETE /v1/cache/client-b "$admin"
expect 204 '' "client-b's is to be built anew"
call GET /v1/cache "$admin"
expect 200 '.tenants == ["client-a"]' "client-a's stays"

step "A tenant can be switched off and on"
call PATCH /v1/tenants/client-b "$admin" '{"active": false}'
expect 200 '.active == false' "client-b is off"
call POST /v1/chat "$key_b" '{"conversation_id": "c1", "message": "Hello?"}'
expect 403 '.error.code == "tenant_deactivated"' "its key is refused at once"
call PATCH /v1/tenants/client-b "$admin" '{"active": true}'
call POST /v1/chat "$key_b" '{"conversation_id": "c1", "message": "Hello again."}'
expect 200 '.turn == 2' "and on: the conversation goes on"

step "Deleting"
call DELETE /v1/conversations/c1 "$key_a"
expect 200 '.deleted' "client-a deletes its conversation"
call GET /v1/conversations/c1 "$key_a"
expect 404 '' "it is gone"
call GET /v1/conversations/c1 "$key_b"
expect 200 '.turns == 2' "client-b's of that id is not"
call DELETE '/v1/tenants/client-b?purge=true' "$admin"
expect 204 '' "client-b is deleted, with its conversations"
call POST /v1/chat "$key_b" '{"message": "Hello?"}'
expect 401 '' "and its key with it"

step "The host stops when it is told to"
kill "$host"
wait "$host" || fail "the exit status is $?"
host=
echo "  ok: with status 0"
printf '\nEverything was as it should be.\n'
