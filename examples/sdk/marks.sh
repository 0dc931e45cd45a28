#!/usr/bin/env bash
# Marks two members of a class with curl, and sees that one who is offline is left out.
# Usage: examples/sdk/marks.sh [URL]    the emulator; http://127.0.0.1:8600 where none is given
set -euo pipefail
url=${1:-http://127.0.0.1:8600}

# What a call of the API is answered, and what the control API says.
api() { curl -sS --fail "$url/v4/$1?sdkappid=1400000000&identifier=administrator&usersig=xxx&random=$RANDOM&contenttype=json" --data "$2"; }
control() { curl -sS --fail "$url/_avmarks/$1" -H 'Content-Type: application/json' --data "$2" >/dev/null; }

# expect WHAT ANSWER WANTED: ends this where they differ.
expect() {
    [ "$2" = "$3" ] && return
    printf 'error: %s\n  answered %s\n  wanted   %s\n' "$1" "$2" "$3" >&2
    exit 1
}

answer=$(api group_open_http_svc/create_group '{"Type":"AVChatRoom","Name":"class"}')
group=$(sed -n 's/.*"GroupId":"\([^"]*\)".*/\1/p' <<<"$answer")
expect 'create_group' "$answer" "{\"ActionStatus\":\"OK\",\"ErrorInfo\":\"\",\"ErrorCode\":0,\"GroupId\":\"$group\"}"
there=groups/${group//#/%23}

# Members of an audio-video group join from their own devices, so the API has no call for it.
control "$there/join" '{"accounts":["teacher","student","guest"]}'
control "$there/disconnect" '{"accounts":["guest"]}'

answer=$(api group_open_avchatroom_http_svc/modify_user_info "{\"GroupId\":\"$group\",\"CommandType\":1,\"MemberList\":[
    {\"Member_Account\":\"teacher\",\"Marks\":[1000]},
    {\"Member_Account\":\"student\",\"Marks\":[1001]},
    {\"Member_Account\":\"guest\",\"Marks\":[1001]}]}")
expect 'the guest is offline, so that it gets no mark and is not named' "$answer" \
    '{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"MemberList":[{"Member_Account":"teacher","Marks":[1000]},{"Member_Account":"student","Marks":[1001]}]}'

answer=$(api group_open_http_svc/get_online_member_num "{\"GroupId\":\"$group\"}")
expect 'two are online' "$answer" '{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"OnlineMemberNum":2}'

answer=$(api group_open_http_svc/destroy_group "{\"GroupId\":\"$group\"}")
expect 'destroy_group' "$answer" '{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}'
echo 'two members have their marks, and the one offline was left out'
