// Reads scenario lines as bytes cut at LF from standard input and answers each, as crates/embed/examples/embed-replay.rs does.
// With the argument `bench` and a body on standard input: microseconds of one `check` of it, the best of 200 bursts of 10.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"time"

	avmarks "github.com/avmarks/avmarks/go"
)

var ok = []byte(`{"v":1,"ok":`)

func bench(body []byte) {
	request, best := []byte(`{"v":1,"do":"check","endpoint":"modify_user_info"}`), time.Hour
	for burst := 0; burst < 200; burst++ {
		began := time.Now()
		for call := 0; call < 10; call++ {
			avmarks.Call(request, body)
		}
		if took := time.Since(began) / 10; took < best {
			best = took
		}
	}
	fmt.Printf("%.2f\n", float64(best.Nanoseconds())/1e3)
}

func main() {
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	if len(os.Args) > 1 && os.Args[1] == "bench" {
		body, _ := in.ReadBytes('\n')
		bench(body)
		return
	}
	session, err := avmarks.OpenSession(nil, nil)
	if err != nil {
		panic(err)
	}
	for {
		line, err := in.ReadBytes('\n')
		if err != nil && len(line) == 0 {
			return
		}
		reply, failed := session.Call([]byte(`{"v":1,"do":"line"}`), bytes.TrimSuffix(line, []byte("\n")))
		if failed != nil {
			panic(failed)
		}
		if bytes.HasPrefix(reply, ok) {
			reply = reply[len(ok) : len(reply)-1]
		}
		out.Write(append(reply, '\n'))
	}
}
