module github.com/sonexlabs/tacet/benchmarks/jsonlib

go 1.26.0

require (
	github.com/buger/jsonparser v1.6.1
	github.com/goccy/go-json v0.12.0
	github.com/sonexlabs/tacet v0.0.0
	github.com/tidwall/gjson v1.20.1
	github.com/tidwall/match v1.1.1 // indirect
	github.com/tidwall/pretty v1.2.0 // indirect
	github.com/tidwall/sjson v1.2.7
	github.com/valyala/fastjson v1.6.10
)

replace github.com/sonexlabs/tacet => ../..
