//go:build cgo

// Package avmarks checks requests of the audio-video group marks API of Tencent Cloud Chat before they are sent, and has the
// caller's side of the API. docs/embed.md of the project has every question.
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

// Error says why a question could not be put. Kind is one of a closed list of words, Pointer a JSON pointer into the request.
type Error struct {
	Kind    string  `json:"kind"`
	Pointer *string `json:"pointer"`
	Message string  `json:"message"`
}

func (e *Error) Error() string { return e.Message }

// ErrClosed is what a closed session or job answers.
var ErrClosed = errors.New("avmarks: it is closed")

// Fields are those of a question besides v and do.
type Fields map[string]any

// Violation is one thing that is wrong with a request.
type Violation struct {
	Step    int      `json:"step"`
	Code    int64    `json:"code"`
	Because []string `json:"because"`
	Pointer *string  `json:"pointer"`
	Message string   `json:"message"`
}

// Checked is what Check found.
type Checked struct {
	Accepted   bool            `json:"accepted"`
	Violations []Violation     `json:"violations"`
	Answer     json.RawMessage `json:"answer"`
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

// Call answers a question: the reply as it is, error included.
func Call(request, body []byte) []byte {
	var length C.size_t
	req, reqLen := chars(request)
	bytes, bytesLen := chars(body)
	return taken(C.avmarks_call(req, reqLen, bytes, bytesLen, &length), length)
}

// Ask answers a question: its fields in, what it gave into ok. The error is an *Error where the question could not be put.
func Ask(do string, fields Fields, body []byte, ok any) error {
	request, err := encoded(do, fields)
	if err != nil {
		return err
	}
	return decoded(Call(request, body), ok)
}

// Check finds everything that is wrong with the body of a call, as far as the body shows it.
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

// Handle is a machine that is kept between questions: a session or a job. Several goroutines may ask it, and wait for each other.
type Handle struct {
	mutex  sync.Mutex
	handle *C.avmarks_handle
}

// OpenSession opens a service with its groups; snapshot is that of an earlier one, or nil.
func OpenSession(fields Fields, snapshot []byte) (*Handle, error) {
	return open("session", fields, snapshot)
}

// OpenJob opens the caller without a socket; progress is that of an earlier job of the same plans, or nil.
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

// Call answers a question: the reply as it is, error included.
func (h *Handle) Call(request, body []byte) ([]byte, error) {
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

// Ask answers a question: its fields in, what it gave into ok. The error is an *Error where the question could not be put.
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

// Close gives the memory back. Nothing can be asked afterwards.
func (h *Handle) Close() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	C.avmarks_close(h.handle)
	h.handle = nil
}
