//go:build cgo

// Package avmarks checks requests of the audio-video group marks API of Tencent Cloud Chat before they are sent, and has the
// caller's side of the API. docs/embed.md of the project describes all requests.
//
// It is cgo over a static library, lib/libavmarks.a, so that a program stays one file.
package avmarks

/*
#cgo CFLAGS: -I${SRCDIR}/lib
#cgo LDFLAGS: ${SRCDIR}/lib/libavmarks.a -lm -ldl -lpthread
#include "avmarks.h"
*/
import "C"

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

// Error says why a request is invalid. Kind is one of the words in docs/embed.md, Pointer a JSON pointer to the field, or nil.
type Error struct {
	Kind    string  `json:"kind"`
	Pointer *string `json:"pointer"`
	Message string  `json:"message"`
}

// Error begins with the pointer, if there is one.
func (e *Error) Error() string {
	if e.Pointer == nil || *e.Pointer == "" {
		return "avmarks: " + e.Message
	}
	return "avmarks: " + *e.Pointer + ": " + e.Message
}

// ErrClosed is the error of a request to a session or job that is closed, or nil.
var ErrClosed = errors.New("avmarks: the session or job is closed")

// Fields are those of a request besides v and do.
type Fields map[string]any

// Violation is a rule that a request breaks. Because has the ids of its clauses and gaps, which the request explain describes.
type Violation struct {
	Step    int      `json:"step"`
	Code    int64    `json:"code"`
	Because []string `json:"because"`
	Pointer *string  `json:"pointer"`
	Message string   `json:"message"`
}

// String is the code, the pointer and the message.
func (v Violation) String() string {
	if v.Pointer == nil {
		return fmt.Sprintf("%d %s", v.Code, v.Message)
	}
	return fmt.Sprintf("%d %s %s", v.Code, *v.Pointer, v.Message)
}

// Note is about an accepted field that is probably a mistake.
type Note struct {
	Kind    string `json:"kind"`
	Pointer string `json:"pointer"`
	Message string `json:"message"`
}

// Checked is what Check found; the last three only if the field want names them.
type Checked struct {
	Accepted   bool            `json:"accepted"`
	Violations []Violation     `json:"violations"`
	Answer     json.RawMessage `json:"answer"`
	Because    []string        `json:"because"`
	Notes      []Note          `json:"notes"`
}

func init() {
	if found := C.avmarks_abi(); found != C.AVMARKS_ABI {
		panic(fmt.Sprintf("avmarks: the library has interface %d, and this package wants %d", found, C.AVMARKS_ABI))
	}
}

// chars gives the bytes to C for the time of a call; nil where there are none.
func chars(bytes []byte) (*C.char, C.size_t) {
	if len(bytes) == 0 {
		return nil, 0
	}
	return (*C.char)(unsafe.Pointer(&bytes[0])), C.size_t(len(bytes))
}

func taken(text *C.char, length C.size_t) []byte {
	defer C.avmarks_free(text, length)
	return append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(text)), length)...)
}

// Call sends a request and returns the reply, which may be an error.
func Call(request, body []byte) []byte {
	var length C.size_t
	req, reqLen := chars(request)
	bytes, bytesLen := chars(body)
	return taken(C.avmarks_call(req, reqLen, bytes, bytesLen, &length), length)
}

// Ask sends a request, given its fields, and decodes the reply into the value that ok points to, or discards it if ok is nil. The
// error is an *Error if the request is invalid.
func Ask(do string, fields Fields, body []byte, ok any) error {
	request, err := encoded(do, fields)
	if err != nil {
		return err
	}
	return decoded(Call(request, body), ok)
}

// Check lists every rule that the body of a call breaks, as far as the body alone shows it. fields may be nil.
func Check(endpoint string, body []byte, fields Fields) (*Checked, error) {
	all := Fields{"endpoint": endpoint}
	for name, value := range fields {
		all[name] = value
	}
	var found Checked
	return &found, Ask("check", all, body, &found)
}

func encoded(do string, fields Fields) ([]byte, error) {
	all := Fields{"v": 1, "do": do}
	for name, value := range fields {
		all[name] = value
	}
	return json.Marshal(all)
}

func decoded(reply []byte, ok any) error {
	var read struct {
		OK    json.RawMessage `json:"ok"`
		Error *Error          `json:"error"`
	}
	if err := json.Unmarshal(reply, &read); err != nil {
		return err
	}
	if read.Error != nil {
		return read.Error
	}
	if ok == nil {
		return nil
	}
	return json.Unmarshal(read.OK, ok)
}

// Handle is a session or a job: state that is kept between requests. Several goroutines may use it; they wait for each other.
type Handle struct {
	mutex  sync.Mutex
	handle *C.avmarks_handle
}

// OpenSession opens a service with its groups. snapshot is that of an earlier session, as JSON; if it is nil, there are no groups.
func OpenSession(fields Fields, snapshot []byte) (*Handle, error) {
	return open("session", fields, snapshot)
}

// OpenJob opens a client that says what to send and does no I/O. progress is that of an earlier job with the same plans, as JSON, or nil.
func OpenJob(fields Fields, progress []byte) (*Handle, error) { return open("job", fields, progress) }

func open(do string, fields Fields, body []byte) (*Handle, error) {
	request, err := encoded(do, fields)
	if err != nil {
		return nil, err
	}
	var length C.size_t
	var handle *C.avmarks_handle
	req, reqLen := chars(request)
	bytes, bytesLen := chars(body)
	if err := decoded(taken(C.avmarks_open(req, reqLen, bytes, bytesLen, &handle, &length), length), nil); err != nil {
		return nil, err
	}
	opened := &Handle{handle: handle}
	runtime.SetFinalizer(opened, (*Handle).Close)
	return opened, nil
}

// Call sends a request and returns the reply, which may be an error of the request. The error of Call is ErrClosed.
func (h *Handle) Call(request, body []byte) ([]byte, error) {
	if h == nil {
		return nil, ErrClosed
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.handle == nil {
		return nil, ErrClosed
	}
	var length C.size_t
	req, reqLen := chars(request)
	bytes, bytesLen := chars(body)
	return taken(C.avmarks_ask(h.handle, req, reqLen, bytes, bytesLen, &length), length), nil
}

// Ask sends a request, given its fields, and decodes the reply into the value that ok points to, or discards it if ok is nil. The
// error is an *Error if the request is invalid.
func (h *Handle) Ask(do string, fields Fields, body []byte, ok any) error {
	request, err := encoded(do, fields)
	if err != nil {
		return err
	}
	reply, err := h.Call(request, body)
	if err != nil {
		return err
	}
	return decoded(reply, ok)
}

// Close frees the memory. The error of later requests is ErrClosed. A nil handle is ignored, so that Close can be deferred before the
// error of OpenSession is looked at.
func (h *Handle) Close() {
	if h == nil {
		return
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	C.avmarks_close(h.handle)
	h.handle = nil
}
