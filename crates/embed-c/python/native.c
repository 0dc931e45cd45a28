/*
 * The border to Python: the functions of avmarks.h, with bytes or text in and bytes out. It uses the limited API of Python 3.8 alone, so that
 * one build serves every later version of CPython. Other threads of Python run while the library works.
 */
#define Py_LIMITED_API 0x03080000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "avmarks.h"

#define HANDLE "avmarks handle"

/* An argument as bytes, with a reference that is the caller's to drop; NULL with an exception if it is neither bytes nor text. */
static PyObject *bytes_of(PyObject *argument, char **bytes, Py_ssize_t *length) {
    PyObject *found = argument;
    if (PyUnicode_Check(argument)) {
        /* Half a surrogate pair becomes bytes that are not UTF-8, and the library says so. */
        found = PyUnicode_AsEncodedString(argument, "utf-8", "surrogatepass");
    } else if (PyBytes_Check(argument)) {
        Py_INCREF(found);
    } else {
        PyErr_Format(PyExc_TypeError, "expected bytes or text, found %R: convert it with bytes() or json.dumps()", (PyObject *)Py_TYPE(argument));
        return NULL;
    }
    if (found != NULL && PyBytes_AsStringAndSize(found, bytes, length) == 0) return found;
    Py_XDECREF(found);
    return NULL;
}

static void closed(PyObject *capsule) { avmarks_close(PyCapsule_GetPointer(capsule, HANDLE)); }

/* Asks the library, or a handle if there is one, or opens one if `out` says where it goes. The reply as bytes. */
static PyObject *asked(avmarks_handle *handle, avmarks_handle **out, PyObject *request, PyObject *body) {
    PyObject *reply = NULL, *req, *about = NULL;
    char *req_bytes, *about_bytes, *text;
    Py_ssize_t req_size, about_size;
    size_t length;
    if ((req = bytes_of(request, &req_bytes, &req_size)) && (about = bytes_of(body, &about_bytes, &about_size))) {
        Py_BEGIN_ALLOW_THREADS
        if (out != NULL) {
            text = avmarks_open(req_bytes, (size_t)req_size, about_bytes, (size_t)about_size, out, &length);
        } else if (handle != NULL) {
            text = avmarks_ask(handle, req_bytes, (size_t)req_size, about_bytes, (size_t)about_size, &length);
        } else {
            text = avmarks_call(req_bytes, (size_t)req_size, about_bytes, (size_t)about_size, &length);
        }
        Py_END_ALLOW_THREADS
        reply = PyBytes_FromStringAndSize(text, (Py_ssize_t)length);
        avmarks_free(text, length);
    }
    Py_XDECREF(req);
    Py_XDECREF(about);
    return reply;
}

/* ask(handle or None, request, body) -> reply. One thread at a time may ask a handle. */
static PyObject *native_ask(PyObject *self, PyObject *arguments) {
    PyObject *capsule, *request, *body;
    avmarks_handle *handle = NULL;
    (void)self;
    if (!PyArg_UnpackTuple(arguments, "ask", 3, 3, &capsule, &request, &body)) return NULL;
    if (capsule != Py_None && (handle = PyCapsule_GetPointer(capsule, HANDLE)) == NULL) return NULL;
    return asked(handle, NULL, request, body);
}

/* open(request, body) -> (handle or None, reply). The handle is closed with the last reference to it. */
static PyObject *native_open(PyObject *self, PyObject *arguments) {
    PyObject *request, *body, *reply, *capsule = NULL;
    avmarks_handle *handle = NULL;
    (void)self;
    if (!PyArg_UnpackTuple(arguments, "open", 2, 2, &request, &body)) return NULL;
    reply = asked(NULL, &handle, request, body);
    if (handle != NULL && (capsule = PyCapsule_New(handle, HANDLE, closed)) == NULL) avmarks_close(handle);
    if (reply == NULL || (handle != NULL && capsule == NULL)) {
        Py_XDECREF(reply);
        Py_XDECREF(capsule);
        return NULL;
    }
    return Py_BuildValue("NN", capsule != NULL ? capsule : (Py_INCREF(Py_None), Py_None), reply);
}

static PyMethodDef methods[] = {{"ask", native_ask, METH_VARARGS, NULL}, {"open", native_open, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) {
    if (avmarks_abi() != AVMARKS_ABI) {
        PyErr_SetString(PyExc_ImportError, "the header and the library that this package was built of have different interfaces");
        return NULL;
    }
    return PyModuleDef_Init(&module);
}
