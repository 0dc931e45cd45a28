/* Looks at a request before it would be sent. */
#include <stdio.h>
#include <string.h>

#include "avmarks.h"

int main(void) {
    const char *request = "{\"v\":1,\"do\":\"check\",\"endpoint\":\"modify_user_info\"}";
    const char *body = "{\"GroupId\":\"@TGS#a\",\"CommandType\":1,\"MemberList\":[{\"Member_Account\":\"teacher10\",\"Marks\":[999]}]}";
    size_t length;
    char *reply = avmarks_call(request, strlen(request), body, strlen(body), &length);
    int refused = strstr(reply, "\"accepted\":true") == NULL;
    puts(refused ? "not sent:" : "sent:");
    puts(reply);
    avmarks_free(reply, length);
    return refused;
}
