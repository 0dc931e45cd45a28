/*
 * avmarks: the audio-video group marks API of Tencent Cloud Chat, as text.
 *
 * A request is JSON, {"v":1,"do":"check",...}; the bytes that it is about stand beside it. A reply is JSON in one line:
 * {"v":1,"ok":...}, or {"v":1,"error":{"kind":...,"pointer":...,"message":...}} if the request is invalid.
 * docs/embed.md describes all requests. No bytes make a function fail in another way.
 *
 * What goes in is borrowed until the function returns; NULL with a length of 0 is the empty text. What comes out is a text
 * in UTF-8, with a NUL behind it that its length does not count, and must be given to avmarks_free once, with that length.
 * Where `out_len` is NULL, strlen gives the length: no reply has a NUL in it.
 *
 * All functions may be called by any number of threads. A handle may be used by any thread, and by one at a time.
 */
#ifndef AVMARKS_H
#define AVMARKS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The interface that this header is of. Compare it with avmarks_abi() where the library is loaded at run time. */
#define AVMARKS_ABI 1

/* A session or a job: state that is kept between requests. */
typedef struct avmarks_handle avmarks_handle;

/* The interface that the library has. */
uint32_t avmarks_abi(void);

/* Answers a request without state. */
char *avmarks_call(const char *req, size_t req_len, const char *body, size_t body_len, size_t *out_len);

/* Opens a session ({"v":1,"do":"session"}) or a job. If the reply is an error, `*out` is NULL. */
char *avmarks_open(const char *req, size_t req_len, const char *body, size_t body_len, avmarks_handle **out,
                   size_t *out_len);

/* Sends a request to a session or a job. If `handle` is NULL, the reply is an error. */
char *avmarks_ask(avmarks_handle *handle, const char *req, size_t req_len, const char *body, size_t body_len,
                  size_t *out_len);

/* Closes a session or a job. NULL is ignored. */
void avmarks_close(avmarks_handle *handle);

/* Frees a reply. NULL is ignored. */
void avmarks_free(char *text, size_t len);

#ifdef __cplusplus
}
#endif

#endif
