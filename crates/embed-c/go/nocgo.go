//go:build !cgo

package avmarks

// The library is linked by cgo: build with CGO_ENABLED=1 and a C compiler.
var _ = avmarks_needs_cgo_set_CGO_ENABLED_to_1
