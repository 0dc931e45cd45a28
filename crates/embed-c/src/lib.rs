//! `avmarks-embed` for C, and through C for other languages: six functions. `avmarks.h` says what each of them wants and gives.
//!
//! **The one crate with `unsafe` code:** pointers come from another language, and nothing but its header can promise what they
//! point to. Each block says what it relies on. A panic ends at the border as a reply.
#![expect(unsafe_code, reason = "the border to C: pointers and lengths, as the header says")]

use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{NonNull, null_mut, slice_from_raw_parts_mut};

use avmarks_embed::Handle;

/// The number of this interface. It changes with the functions, not with what they are asked.
const ABI: u32 = 1;

/// The reply where a handle is NULL: the caller did not look at an error of [`avmarks_open`]. The library itself has no bug.
const NO_HANDLE: &str = r#"{"v":1,"error":{"kind":"invalid-value","pointer":null,"message":"invalid handle `NULL`: expected one that avmarks_open gave; it gives none if its reply is an error"}}"#;

/// A machine that is kept between questions; none after a panic.
#[expect(non_camel_case_types, reason = "its name in C")]
#[derive(Debug)]
pub struct avmarks_handle(Option<Handle>);

/// The bytes at `data`. NULL with a length of 0 is the empty text.
///
/// # Safety
///
/// `data` points to `len` bytes that nobody changes while `'a` lasts, or is NULL and `len` is 0.
unsafe fn bytes<'a>(data: *const c_char, len: usize) -> &'a [u8] {
    match NonNull::new(data.cast_mut()) {
        // SAFETY: the caller promises that there are `len` bytes, and that nobody changes them.
        Some(data) => unsafe { std::slice::from_raw_parts(data.cast::<u8>().as_ptr(), len) },
        None => &[],
    }
}

/// Hands a text out: with a NUL behind it that its length does not count.
///
/// # Safety
///
/// `out_len` is NULL or may be written to.
unsafe fn hand_out(text: String, out_len: *mut usize) -> *mut c_char {
    if let Some(mut out_len) = NonNull::new(out_len) {
        // SAFETY: the caller promises that it may be written to.
        unsafe { *out_len.as_mut() = text.len() };
    }
    let mut bytes = text.into_bytes();
    bytes.push(0);
    Box::into_raw(bytes.into_boxed_slice()).cast::<c_char>()
}

/// Runs what answers; a panic is an answer, too.
fn caught(answer: impl FnOnce() -> String) -> String {
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|_| avmarks_embed::panicked())
}

/// See `avmarks.h`.
#[unsafe(no_mangle)]
pub extern "C" fn avmarks_abi() -> u32 {
    ABI
}

/// See `avmarks.h`.
///
/// # Safety
///
/// As the header says: `req` and `body` point to so many bytes, or are NULL with a length of 0; `out_len` may be written to, or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avmarks_call(
    req: *const c_char,
    req_len: usize,
    body: *const c_char,
    body_len: usize,
    out_len: *mut usize,
) -> *mut c_char {
    // SAFETY: the caller promises what `bytes` asks, until this function returns.
    let (request, body) = unsafe { (bytes(req, req_len), bytes(body, body_len)) };
    let text = caught(|| avmarks_embed::call(request, body));
    // SAFETY: the caller promises that `out_len` is NULL or may be written to.
    unsafe { hand_out(text, out_len) }
}

/// See `avmarks.h`.
///
/// # Safety
///
/// As of [`avmarks_call`]; `out` may be written to, or is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avmarks_open(
    req: *const c_char,
    req_len: usize,
    body: *const c_char,
    body_len: usize,
    out: *mut *mut avmarks_handle,
    out_len: *mut usize,
) -> *mut c_char {
    // SAFETY: the caller promises what `bytes` asks, until this function returns.
    let (request, body) = unsafe { (bytes(req, req_len), bytes(body, body_len)) };
    let opened = catch_unwind(|| avmarks_embed::open(request, body));
    let (handle, text) = match opened {
        Ok(Ok(handle)) => (Some(handle), avmarks_embed::opened()),
        Ok(Err(text)) => (None, text),
        Err(_) => (None, avmarks_embed::panicked()),
    };
    if let Some(mut out) = NonNull::new(out) {
        let handle = handle.map_or(null_mut(), |handle| Box::into_raw(Box::new(avmarks_handle(Some(handle)))));
        // SAFETY: the caller promises that it may be written to.
        unsafe { *out.as_mut() = handle };
    }
    // SAFETY: the caller promises that `out_len` is NULL or may be written to.
    unsafe { hand_out(text, out_len) }
}

/// See `avmarks.h`.
///
/// # Safety
///
/// As of [`avmarks_call`]; `handle` is NULL, or came from [`avmarks_open`], is not closed, and no other thread asks it now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avmarks_ask(
    handle: *mut avmarks_handle,
    req: *const c_char,
    req_len: usize,
    body: *const c_char,
    body_len: usize,
    out_len: *mut usize,
) -> *mut c_char {
    // SAFETY: the caller promises what `bytes` asks, until this function returns.
    let (request, body) = unsafe { (bytes(req, req_len), bytes(body, body_len)) };
    // SAFETY: the caller promises that it is NULL or a handle, and that nobody else has it now.
    let handle = unsafe { handle.as_mut() };
    let answer = |handle: &mut avmarks_handle| {
        // It is taken out while it is asked: after a panic it is gone.
        let mut taken = handle.0.take()?;
        let text = catch_unwind(AssertUnwindSafe(|| taken.ask(request, body))).ok()?;
        handle.0 = Some(taken);
        Some(text)
    };
    let text = match handle {
        Some(handle) => answer(handle).unwrap_or_else(avmarks_embed::panicked),
        None => NO_HANDLE.to_owned(),
    };
    // SAFETY: the caller promises that `out_len` is NULL or may be written to.
    unsafe { hand_out(text, out_len) }
}

/// See `avmarks.h`.
///
/// # Safety
///
/// `handle` is NULL, or came from [`avmarks_open`], is not closed, and no thread asks it now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avmarks_close(handle: *mut avmarks_handle) {
    if let Some(handle) = NonNull::new(handle) {
        // SAFETY: the caller promises that it came from `avmarks_open`, which made it of a box, and is not closed.
        drop(unsafe { Box::from_raw(handle.as_ptr()) });
    }
}

/// See `avmarks.h`.
///
/// # Safety
///
/// `text` is NULL, or came from a function of this library with this length, and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn avmarks_free(text: *mut c_char, len: usize) {
    if let (Some(text), Some(with_nul)) = (NonNull::new(text), len.checked_add(1)) {
        let slice = slice_from_raw_parts_mut(text.cast::<u8>().as_ptr(), with_nul);
        // SAFETY: the caller promises that `hand_out` made it of a boxed slice of this length and one NUL.
        drop(unsafe { Box::from_raw(slice) });
    }
}

/// Memory of this module that its host writes a request or a body into, `len` bytes; [`avmarks_free`] with `len - 1` gives it back.
/// NULL if `len` is 0.
#[cfg(target_family = "wasm")]
#[unsafe(no_mangle)]
pub extern "C" fn avmarks_alloc(len: usize) -> *mut c_char {
    match len {
        0 => null_mut(),
        _ => Box::into_raw(vec![0u8; len].into_boxed_slice()).cast::<c_char>(),
    }
}
