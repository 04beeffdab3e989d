package detectors
import ("testing";"fmt";"os";"strings")
func TestMiss(t *testing.T){
 s,_:=New(Options{}); sc:=NewScratch()
 n:=map[string]int{}
 for _,set:=range strings.Split(os.Getenv("SETS"),","){
 hit,tot:=map[string]int{},map[string]int{}
 for _,r:=range evalRows(t,set){
  fs:=r.findAll(s,sc)
  for _,e:=range r.Entities{ if e.Q!=""&&e.Q!="match"{continue}; tot[e.Type]++
   if covered(fs[e.Turn],e.Start,e.End){hit[e.Type]++;continue}
   if w:=os.Getenv("TYPES");w!=""&&!strings.Contains(w,e.Type){continue}
   n[set+e.Type]++; if n[set+e.Type]>25{continue}
   x:=r.Text; if len(r.Turns)>0{x=r.Turns[e.Turn].Text}
   lo:=max(0,e.Start-60);hi:=min(len(x),e.End+30)
   fmt.Printf("%s %s %q in %q\n",set,e.Type,x[e.Start:e.End],x[lo:hi])
  }
 }
 for k,v:=range tot{fmt.Printf("== %s %s %d/%d\n",set,k,hit[k],v)}
 }
}
func TestFP(t *testing.T){
 s,_:=New(Options{}); sc:=NewScratch()
 for _,set:=range strings.Split(os.Getenv("SETS"),","){
 c:=map[string]int{};bytes,cov:=0,0
 for _,r:=range evalRows(t,set){
  fs:=r.findAll(s,sc)
  for i,ff:=range fs{ x:=r.Text; if len(r.Turns)>0{x=r.Turns[i].Text}
   bytes+=len(x)
   for _,f:=range ff{ ok:=false
    for _,e:=range r.Entities{ if e.Turn==i&&e.Start<f.End&&f.Start<e.End{ok=true}}
    if ok{c["TP "+f.Type.String()]++;continue}
    cov+=f.End-f.Start
    c["FP "+f.Type.String()]++
    if c["FP "+f.Type.String()]>14{continue}
    lo:=max(0,f.Start-50);hi:=min(len(x),f.End+30)
    fmt.Printf("%s %s %.2f %s %q in %q\n",set,f.Type,f.Confidence,f.Detector,x[f.Start:f.End],x[lo:hi])
   }}
 }
 fmt.Println("==",set,c,"fp bytes",cov,"of",bytes)
 }
}
