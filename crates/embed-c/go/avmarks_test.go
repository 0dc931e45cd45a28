package avmarks_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	avmarks "github.com/avmarks/avmarks/go"
)

const body = `{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[999]}]}`

func Example() {
	found, err := avmarks.Check("modify_user_info", []byte(body), nil)
	if err != nil {
		panic(err)
	}
	for _, violation := range found.Violations {
		fmt.Println(violation)
	}
	// Output: 10004 /MemberList/0/Marks/0 `MemberList[0].Marks[0]` is `999`, which is no mark: a mark is 500, 600, or a number from 1000 to 4294967295
}

func TestARequestIsChecked(t *testing.T) {
	found, err := avmarks.Check("modify_user_info", []byte(strings.Replace(body, "999", "1000", 1)), nil)
	if err != nil || !found.Accepted {
		t.Fatal(found, err)
	}
	found, err = avmarks.Check("modify_user_info", []byte(body), avmarks.Fields{"want": []string{"answer"}})
	if err != nil || found.Accepted || !bytes.Contains(found.Answer, []byte("10004")) {
		t.Fatal(found, err)
	}
}

func TestWhatIsWantedIsDecoded(t *testing.T) {
	wanted := avmarks.Fields{"want": []string{"because", "notes"}}
	twice := strings.Replace(body, "]}]", `]},{"Member_Account":"a","Marks":[1000]}]`, 1)
	found, err := avmarks.Check("modify_user_info", []byte(twice), wanted)
	if err != nil || len(found.Because) == 0 || found.Because[0] != "MARK-RANGE" {
		t.Fatal(found, err)
	}
	if len(found.Notes) != 1 || found.Notes[0].Kind != "account-twice" || found.Notes[0].Pointer == "" || found.Notes[0].Message == "" {
		t.Fatal(found.Notes)
	}
}

func TestTheBorderPassesEverythingAsItIs(t *testing.T) {
	table, err := os.ReadFile(os.Getenv("AVMARKS_BORDER"))
	if err != nil {
		t.Fatal("AVMARKS_BORDER names the table tests/border.tsv: ", err)
	}
	rows := 0
	for _, line := range strings.Split(string(table), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		row := strings.Split(line, "\t")
		request, _ := url.PathUnescape(row[1])
		body, _ := url.PathUnescape(row[2])
		if reply := avmarks.Call([]byte(request), []byte(body)); !bytes.HasPrefix(reply, []byte(row[3])) {
			t.Error(row[0], string(reply))
		}
		rows++
	}
	if rows < 40 {
		t.Fatal(rows)
	}
}

func TestABodyOf16MibIsMeasured(t *testing.T) {
	request := []byte(`{"v":1,"do":"check","endpoint":"modify_user_info"}`)
	if reply := avmarks.Call(request, make([]byte, 1<<24)); !bytes.Contains(reply, []byte("the body has 16777216 bytes")) {
		t.Fatal(string(reply))
	}
	padded := append(bytes.Repeat([]byte(" "), 1<<24), request...)
	if !bytes.Equal(avmarks.Call(padded, []byte(body)), avmarks.Call(request, []byte(body))) {
		t.Fatal("blanks before a request change its reply")
	}
}

func TestGoroutinesMayCallAtOnce(t *testing.T) {
	request := []byte(`{"v":1,"do":"check","endpoint":"modify_user_info"}`)
	expected := avmarks.Call(request, []byte(body))
	var all sync.WaitGroup
	for range [4]int{} {
		all.Add(1)
		go func() {
			defer all.Done()
			for range [50]int{} {
				if reply := avmarks.Call(request, []byte(body)); !bytes.Equal(reply, expected) {
					t.Error(string(reply))
				}
			}
		}()
	}
	all.Wait()
}

func TestAnErrorHasItsPlace(t *testing.T) {
	_, err := avmarks.Check("modify_user_info", nil, avmarks.Fields{"polcy": 1})
	var of *avmarks.Error
	if !errors.As(err, &of) || of.Kind != "unknown-field" || *of.Pointer != "/polcy" || err.Error() != "avmarks: /polcy: "+of.Message {
		t.Fatal(err)
	}
	err = avmarks.Ask("about", nil, []byte("x"), nil)
	if !errors.As(err, &of) || of.Pointer != nil || err.Error() != "avmarks: "+of.Message {
		t.Fatal(err)
	}
	if _, err = avmarks.OpenJob(nil, nil); !errors.As(err, &of) {
		t.Fatal(err)
	}
}

func TestMarksCrossAsJSON(t *testing.T) {
	for mark, accepted := range map[int64]bool{0: false, 1000: true, 4294967295: true, 4294967296: false, -1: false} {
		inputs := []map[string]any{{"account": "a", "marks": []int64{mark}}}
		var plan struct{ Accepted bool }
		err := avmarks.Ask("plan", avmarks.Fields{"change": "set", "group": "g", "inputs": inputs}, nil, &plan)
		if err != nil || plan.Accepted != accepted {
			t.Fatal(mark, plan, err)
		}
	}
}

func TestASessionIsSharedUntilItIsClosed(t *testing.T) {
	session, err := avmarks.OpenSession(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	tick := []byte(`{"at":0,"do":"tick"}`)
	var all sync.WaitGroup
	for range [4]int{} {
		all.Add(1)
		go func() {
			defer all.Done()
			for range [50]int{} {
				if err := session.Ask("line", nil, tick, nil); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	all.Wait()
	var last struct{ Line int }
	if err := session.Ask("line", nil, tick, &last); err != nil || last.Line != 201 {
		t.Fatal(last, err)
	}
	session.Close()
	session.Close()
	var unopened *avmarks.Handle
	unopened.Close()
	if err := unopened.Ask("snapshot", nil, nil, nil); !errors.Is(err, avmarks.ErrClosed) {
		t.Fatal(err)
	}
	if err := session.Ask("snapshot", nil, nil, nil); !errors.Is(err, avmarks.ErrClosed) {
		t.Fatal(err)
	}
}
