/* What the header promises, in C; run under valgrind and under AddressSanitizer. The argument is the table of tests/border.tsv. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avmarks.h"

static void is(int holds, const char *what, const char *reply) {
    if (!holds) {
        fprintf(stderr, "failed: %s: %s\n", what, reply);
        exit(1);
    }
}

static size_t length;

/* `reply` was asked for with `&length`, which is read only here. */
static void begins(char *reply, const char *start) {
    is(strlen(reply) == length, "the length is that of the text", reply);
    is(strncmp(reply, start, strlen(start)) == 0, start, reply);
    avmarks_free(reply, length);
}

static void call(const char *request, size_t request_bytes, const char *body, size_t body_bytes, const char *start) {
    begins(avmarks_call(request, request_bytes, body, body_bytes, &length), start);
}

static const char ABOUT[] = "{\"v\":1,\"do\":\"about\"}", SESSION[] = "{\"v\":1,\"do\":\"session\"}";
static const char LINE[] = "{\"v\":1,\"do\":\"line\"}", CHECK[] = "{\"v\":1,\"do\":\"check\",\"endpoint\":\"get_members\"}";

static void *in_a_thread(void *number) {
    for (int turn = 0; turn < 100; turn++) {
        size_t bytes;
        char *reply = avmarks_call(CHECK, strlen(CHECK), "{}", 2, &bytes);
        is(strlen(reply) == bytes, "a reply to a thread", reply);
        avmarks_free(reply, bytes);
    }
    return number;
}

/* Puts the bytes in the place of each %XX, and says how many there are in all. */
static size_t decode(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0'; to++) {
        char digits[3] = {0};
        if (*from == '%') {
            memcpy(digits, from + 1, 2);
            *to = (char)strtoul(digits, NULL, 16);
            from += 3;
        } else {
            *to = *from++;
        }
    }
    return (size_t)(to - text);
}

/* Everything crosses the border as it is. Each text is handed over in memory of its very length, so that a look behind it is seen. */
static void border(const char *path) {
    FILE *table = fopen(path, "rb");
    is(table != NULL, "the table is there", path);
    char line[4096], *cells[4];
    int rows = 0;
    while (fgets(line, sizeof line, table) != NULL) {
        if (line[0] == '#') continue;
        line[strcspn(line, "\n")] = '\0';
        cells[0] = line;
        for (int at = 1; at < 4; at++) {
            cells[at] = strchr(cells[at - 1], '\t');
            is(cells[at] != NULL, "a row has four cells", line);
            *cells[at]++ = '\0';
        }
        char *texts[2];
        size_t bytes[2];
        for (int at = 0; at < 2; at++) {
            bytes[at] = decode(cells[at + 1]);
            texts[at] = malloc(bytes[at] + (bytes[at] == 0));
            memcpy(texts[at], cells[at + 1], bytes[at]);
        }
        call(texts[0], bytes[0], texts[1], bytes[1], cells[3]);
        free(texts[0]);
        free(texts[1]);
        rows++;
    }
    fclose(table);
    is(rows > 40, "the table has rows", path);
}

int main(int argc, char **argv) {
    is(avmarks_abi() == AVMARKS_ABI, "the interface is that of the header", "");

    call(ABOUT, strlen(ABOUT), NULL, 0, "{\"v\":1,\"ok\":{\"version\":\"");
    call(ABOUT, strlen(ABOUT), "", 0, "{\"v\":1,\"ok\":{\"version\":\"");
    call(ABOUT, strlen(ABOUT), "x", 1, "{\"v\":1,\"error\":{\"kind\":\"body\"");
    call(NULL, 0, NULL, 0, "{\"v\":1,\"error\":{\"kind\":\"not-json\"");
    call("\0\xff", 2, NULL, 0, "{\"v\":1,\"error\":{\"kind\":\"not-json\"");
    is(argc == 2, "the table is named", "test border.tsv");
    border(argv[1]);
    size_t many = 1 << 24;
    char *large = calloc(many, 1);
    call(CHECK, strlen(CHECK), large, many, "{\"v\":1,\"ok\":{\"accepted\":false,\"violations\":[{\"step\":1,\"code\":60002,");
    call(large, many, NULL, 0, "{\"v\":1,\"error\":{\"kind\":\"not-json\"");
    free(large);

    char *reply = avmarks_call(ABOUT, strlen(ABOUT), NULL, 0, NULL);
    avmarks_free(reply, strlen(reply));
    avmarks_free(NULL, 0);
    avmarks_close(NULL);

    avmarks_handle *handle = (avmarks_handle *)&length;
    reply = avmarks_open(ABOUT, strlen(ABOUT), NULL, 0, &handle, &length);
    is(handle == NULL, "what is not opened is NULL", reply);
    begins(reply, "{\"v\":1,\"error\":{\"kind\":\"unknown-verb\"");
    begins(avmarks_ask(NULL, LINE, strlen(LINE), NULL, 0, &length),
           "{\"v\":1,\"error\":{\"kind\":\"invalid-value\",\"pointer\":null,\"message\":\"invalid handle `NULL`: ");
    begins(avmarks_open(SESSION, strlen(SESSION), NULL, 0, NULL, &length), "{\"v\":1,\"ok\":{}}");

    begins(avmarks_open(SESSION, strlen(SESSION), NULL, 0, &handle, &length), "{\"v\":1,\"ok\":{}}");
    is(handle != NULL, "a session is opened", "");
    const char *tick = "{\"at\":0,\"do\":\"tick\"}";
    begins(avmarks_ask(handle, LINE, strlen(LINE), tick, strlen(tick), &length), "{\"v\":1,\"ok\":{\"line\":1,\"events\":[]}}");
    begins(avmarks_ask(handle, LINE, strlen(LINE), "\xff", 1, &length), "{\"v\":1,\"error\":{\"kind\":\"line\"");
    avmarks_close(handle);

    pthread_t threads[4];
    for (int at = 0; at < 4; at++) is(pthread_create(&threads[at], NULL, in_a_thread, NULL) == 0, "a thread", "");
    for (int at = 0; at < 4; at++) pthread_join(threads[at], NULL);
    puts("ok");
    return 0;
}
