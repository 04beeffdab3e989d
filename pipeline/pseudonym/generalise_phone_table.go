package pseudonym

// callingTable is the world's calling codes (ITU-T E.164, list of assigned codes of 2016 with amendments), a line each: the code,
// its country (ISO 3166-1; ZZ for none), and prefixes of national numbers by what they are for: m mobile, f fixed, t free of
// charge, p premium rate and shared cost, o other, e any; * is whatever no longer prefix names. Two capitals change the country.
//
// The prefixes are those of the national authorities (NANPA, DoT and TRAI, Ofcom, BNetzA, ARCEP, …), as libphonenumber's metadata
// (Apache-2.0) sums them up, without lengths: the table tells kinds of lines apart, not numbers that are in use. Its Go port is
// compared in the tests. detectors has a finer table of its own, which this package can't import.
const callingTable = `
1 US e * t 800 833 844 855 866 877 888 p 900 o 500 52[1-9] 533 544 566 577 588 AS e 684 GU e 671 MP e 670 PR e 787 939 VI e 340 CA e 204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942 o 310 600 622 633 644 655 677 BS e 242 BB e 246 AI e 264 AG e 268 VG e 284 KY e 345 BM e 441 GD e 473 TC e 649 JM e 658 876 MS e 664 SX e 721 LC e 758 DM e 767 VC e 784 DO e 809 829 849 TT e 868 KN e 869
7 RU f * m 9 t 80[04] p 80[39] KZ f 6 7 m 70 747 77
20 EG f * m 1[0125] t 800 p 900
27 ZA f * m 6 7 8[1-5] t 80 p 86 9[0-2] o 861 87
30 GR f * m 69 68[57-9] 94 t 800 p 90[19] 80[16] 812 8[27]5 850 o 70 500
31 NL f * m 6[1-58] t 800 p 90[069] o 85 91 88 84 87 66 970 14
32 BE f * m 4[5-9] t 800[1-9] p 70 90 o 78
33 FR f * m 6 7[3-9] 700 t 80[0-5] p 8[1-689] o 80[6-9] 9
34 ES f * m 6 7[1-48] t 800 900 p 80[367] 90[12] o 70 51
36 HU f * m 20 3[01] 50 70 t 80 p 9[01] 40 o 21 38
39 IT f * m 3 t 800 803 p 1 89 84[08] o 55 178 199 VA f 06698
40 RO f * m 7 t 800 p 90 801 o 802 80[57] 37
41 CH f * m 7[5-9] t 800 p 84 90 o 5[18] 74 878 860
43 AT f * m 65 66[013-9] 6[7-9] t 800 p 81 82 90 93 89 o 50 517 5[79] 720 780
44 GB f * m 7 t 80[08] p 84[2-5] 87[0-3] 9 o 3 55 56 70 76 GG f 1481 m 7781 7839 7911[17] JE f 1534 m 7509 7797 7937 IM f 1624 m 7624 7524
45 DK e * t 80 p 90
46 SE f * m 7[02369] t 20 p 77 900 939 944 649 99 o 10 75 74
47 NO f * m 4 9 5[89] t 80[01] p 82[09] 810 o 880 85 81[23] 0 SJ f 79
48 PL f * m 45 5[0137] 6[069] 7[2389] 88 t 800 p 801 70 o 39 64 804
49 DE f * m 15 16[023] 17 t 800 p 900 137 180 o 700 32 16[489] 18[1-9]
51 PE f * m 9 t 800 p 80[58]
52 MX e * t 800 88 p 900
53 CU f * m 5 63
54 AR f * m 9 t 800 p 60[04]
55 BR f * m [1-9][1-9]9 t 800 p 300 500 900
56 CL f * m 9
57 CO f * m 3
58 VE f * m 4 t 800 p 90 500
60 MY f * m 1 t 1300 1800 p 1600 o 154
61 AU f * m 4 t 180 p 190 13 o 14[57] 550 CC f 89162 CX f 89164
62 ID f * m 8 t 800 803 p 809
63 PH f * m 81 89 9 t 1800
64 NZ f * m 2 f 240 t 508 80 p 90
65 SG f * m 8 9 t 1800 800 o 3 7000 p 1900
66 TH f * m 6 8 9 t 1800 p 1900
81 JP f * m [789]0 t 120 800 p 990 o 50 20 60 570
82 KR f * m 1 t 80 p 60 o 70 50
84 VN f * m 3 5[5-9] 7 8 9 t 1800 p 1900
86 CN f * m 1[3-9] t 800 p 400
90 TR f * m 5 t 800 p 900 o 850 444 512
91 IN f * m [6-9] f 80[2-6] 79[2-6] 612[2-6] 621[2-6] 631[2-6] 641[2-6] 651[2-6] 657[2-6] 661[2-6] 663[2-6] 671[2-6] 674[2-6] 680[2-6] 712[2-6] 72[14][2-6] 73[134][2-6] 744[2-6] 747[2-6] 751[2-6] 755[2-6] 761[2-6] 771[2-6] 788[2-6] 816[2-6] 82[014][2-6] 83[126][2-6] 86[136][2-6] 87[078][2-6] 88[34][2-6] 891[2-6] t 1800 p 186 o 140
92 PK f * m 3 t 800 p 900
93 AF f * m 7
94 LK f * m 7
95 MM f * m 9
98 IR f * m 9
211 SS m 9
212 MA f * m 6 7 t 80 p 89
213 DZ f * m 5 6 7 t 800 p 80[3-689] o 98
216 TN f * m 2 4 5 9 t 80 p 88
218 LY f * m 9
220 GM
221 SN f * m 7 t 800
222 MR
223 ML
224 GN
225 CI
226 BF
227 NE
228 TG
229 BJ
230 MU
231 LR
232 SL
233 GH f * m 2 5 t 800
234 NG f * m 7[0-2] 80 81 90 91 t 800 o 700 f 707
235 TD
236 CF
237 CM f * m 6 t 88
238 CV
239 ST
240 GQ
241 GA
242 CG
243 CD
244 AO f * m 9
245 GW
246 IO
247 AC
248 SC
249 SD f * m 9
250 RW f * m 7
251 ET f * m 9 7
252 SO
253 DJ
254 KE f * m 7 1 t 800 p 900
255 TZ f * m 6 7 t 80[08] p 90 o 41
256 UG f * m 7 t 800 p 90
257 BI
258 MZ
260 ZM f * m 7 9 t 800
261 MG
262 RE f * m 69 t 80 p 8[129] YT f 269 m 639 o 9398
263 ZW
264 NA
265 MW
266 LS
267 BW
268 SZ
269 KM
290 SH TA e 8
291 ER
297 AW
298 FO
299 GL
350 GI
351 PT f * m 9[1-36] t 80[02] p 6 76 808 809 o 30 707 708 884
352 LU f * m 6 t 800 p 90[015] 801 o 20
353 IE f * m 8 f 818 o 76 818 700
354 IS f * m 6 7 8 t 80 p 90 o 49
355 AL f * m 6 t 800 p 900
356 MT f * m 7[279] 9 t 800 p 50 5[12] o 3550 117 7117 501
357 CY f * m 9[4-79] t 800 p 90 80[1-9] o 700 50 77
358 FI f * m 4 50 t 800 p 600 700 o 10 20 29 30 39 71 60[12] 606 70[1-5] 73 AX f 18
359 BG f * m 8[7-9] 98 99 43[07-9] t 800 p 90 o 700
370 LT f * m 6 t 80[02] p 90 808 o 70
371 LV f * m 2 t 80 p 81 90
372 EE f * m 5 8[1-4] 89 t 800 p 900 40 o 70
373 MD f * m 6 7 t 800 p 90
374 AM
375 BY f * m 25 29 33 44 t 80 p 90
376 AD f * m 3 6 t 180
377 MC f * m 4 6 t 80 90
378 SM
380 UA f * m 39 50 6[36-8] 7[1-357] 9[1-9] t 800 p 900 o 89
381 RS f * m 6 t 800 p 90 78
382 ME f * m 6 t 80 p 9
383 XK f * m 4 t 800 p 900
385 HR f * m 9 t 80 p 6 o 62 72 74 75
386 SI f * m 3[01] 4[0139] 51 6[4-9] 7[01] t 80 p 89 90 o 59 8[123]
387 BA f * m 6 t 8[08] p 90
389 MK f * m 7 t 800 p 50
420 CZ f * m 6 7 t 800 p 90 976 8[134] o 70[01] 910 9[56] 97[02-4]
421 SK f * m 9[0145] t 800 p 8[5-9] 900 9[78] o 96 6[59]
423 LI
500 FK
501 BZ
502 GT
503 SV
504 HN
505 NI
506 CR
507 PA
508 PM
509 HT
590 GP
591 BO
592 GY
593 EC
594 GF
595 PY
596 MQ
597 SR
598 UY
599 CW BQ e 3 4 7
670 TL
672 NF
673 BN
674 NR
675 PG
676 TO
677 SB
678 VU
679 FJ
680 PW
681 WF
682 CK
683 NU
685 WS
686 KI
687 NC
688 TV
689 PF
690 TK
691 FM
692 MH
800 ZZ t *
808 ZZ p *
850 KP
852 HK f * m 5 6 7 9 t 800 p 900
853 MO f * m 6
855 KH
856 LA
870 ZZ o *
878 ZZ o *
880 BD f * m 1 t 80 o 96
881 ZZ o *
882 ZZ o *
883 ZZ o *
886 TW f * m 9 t 80 p 20 o 70
888 ZZ o *
960 MV f * m 7 9 t 800 p 900
961 LB f * m 3 7 81
962 JO f * m 7 t 80 p 9
963 SY f * m 9
964 IQ f * m 7
965 KW f * m 41 5 6 9
966 SA f * m 5 t 80 p 92 o 81
967 YE f * m 7
968 OM f * m 7 9 t 80 p 900
970 PS f * m 5
971 AE f * m 5 t 80 400 p 900 700 o 600
972 IL f * m 5 t 180 1255 p 1[279] o 7 1599
973 BH f * m 3 6 t 80 p 9
974 QA f * m 3 5 6 7 t 800
975 BT
976 MN
977 NP f * m 9[78]
979 ZZ p *
992 TJ
993 TM
994 AZ
995 GE f * m 5 t 80
996 KG
998 UZ
`
