#define FFI_SCOPE "avmarks"
#define FFI_LIB "libavmarks.so.1"

typedef struct avmarks_handle avmarks_handle;
uint32_t avmarks_abi(void);
char *avmarks_call(const char *req, size_t req_len, const char *body, size_t body_len, size_t *out_len);
char *avmarks_open(const char *req, size_t req_len, const char *body, size_t body_len, avmarks_handle **out, size_t *out_len);
char *avmarks_ask(avmarks_handle *handle, const char *req, size_t req_len, const char *body, size_t body_len, size_t *out_len);
void avmarks_close(avmarks_handle *handle);
void avmarks_free(char *text, size_t len);
