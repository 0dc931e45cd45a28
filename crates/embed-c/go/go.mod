module github.com/avmarks/avmarks/go

go 1.19
