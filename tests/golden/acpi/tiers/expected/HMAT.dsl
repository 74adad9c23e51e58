

[000h 0000   4]                    Signature : "HMAT"    [Heterogeneous Memory Attributes Table]
[004h 0004   4]                 Table Length : 00000200
[008h 0008   1]                     Revision : 02
[009h 0009   1]                     Checksum : 2D
[00Ah 0010   6]                       Oem ID : "TERRAC"
[010h 0016   8]                 Oem Table ID : "TERRACE "
[018h 0024   4]                 Oem Revision : 00000001
[01Ch 0028   4]              Asl Compiler ID : "TRCE"
[020h 0032   4]        Asl Compiler Revision : 00000001

[024h 0036   4]                     Reserved : 00000000

[028h 0040   2]               Structure Type : 0000 [Memory Proximity Domain Attributes]
[02Ah 0042   2]                     Reserved : 0000
[02Ch 0044   4]                       Length : 00000028
[030h 0048   2]        Flags (decoded below) : 0001
            Processor Proximity Domain Valid : 1
[032h 0050   2]                    Reserved1 : 0000
[034h 0052   4] Attached Initiator Proximity Domain : 00000000
[038h 0056   4]      Memory Proximity Domain : 00000000
[03Ch 0060   4]                    Reserved2 : 00000000
[040h 0064   8]                    Reserved3 : 0000000000000000
[048h 0072   8]                    Reserved4 : 0000000000000000

[050h 0080   2]               Structure Type : 0000 [Memory Proximity Domain Attributes]
[052h 0082   2]                     Reserved : 0000
[054h 0084   4]                       Length : 00000028
[058h 0088   2]        Flags (decoded below) : 0001
            Processor Proximity Domain Valid : 1
[05Ah 0090   2]                    Reserved1 : 0000
[05Ch 0092   4] Attached Initiator Proximity Domain : 00000001
[060h 0096   4]      Memory Proximity Domain : 00000001
[064h 0100   4]                    Reserved2 : 00000000
[068h 0104   8]                    Reserved3 : 0000000000000000
[070h 0112   8]                    Reserved4 : 0000000000000000

[078h 0120   2]               Structure Type : 0000 [Memory Proximity Domain Attributes]
[07Ah 0122   2]                     Reserved : 0000
[07Ch 0124   4]                       Length : 00000028
[080h 0128   2]        Flags (decoded below) : 0001
            Processor Proximity Domain Valid : 1
[082h 0130   2]                    Reserved1 : 0000
[084h 0132   4] Attached Initiator Proximity Domain : 00000001
[088h 0136   4]      Memory Proximity Domain : 00000002
[08Ch 0140   4]                    Reserved2 : 00000000
[090h 0144   8]                    Reserved3 : 0000000000000000
[098h 0152   8]                    Reserved4 : 0000000000000000

[0A0h 0160   2]               Structure Type : 0001 [System Locality Latency and Bandwidth Information]
[0A2h 0162   2]                     Reserved : 0000
[0A4h 0164   4]                       Length : 00000040
[0A8h 0168   1]        Flags (decoded below) : 00
                            Memory Hierarchy : 0
[0A9h 0169   1]                    Data Type : 01
[0AAh 0170   2]                    Reserved1 : 0000
[0ACh 0172   4] Initiator Proximity Domains # : 00000002
[0B0h 0176   4]   Target Proximity Domains # : 00000003
[0B4h 0180   4]                    Reserved2 : 00000000
[0B8h 0184   8]              Entry Base Unit : 0000000000002710
[0C0h 0192   4] Initiator Proximity Domain List : 00000000
[0C4h 0196   4] Initiator Proximity Domain List : 00000001
[0C8h 0200   4] Target Proximity Domain List : 00000000
[0CCh 0204   4] Target Proximity Domain List : 00000001
[0D0h 0208   4] Target Proximity Domain List : 00000002
[0D4h 0212   2]                        Entry : 0009
[0D6h 0214   2]                        Entry : 000F
[0D8h 0216   2]                        Entry : 0028
[0DAh 0218   2]                        Entry : 000F
[0DCh 0220   2]                        Entry : 0009
[0DEh 0222   2]                        Entry : 0023

[0E0h 0224   2]               Structure Type : 0001 [System Locality Latency and Bandwidth Information]
[0E2h 0226   2]                     Reserved : 0000
[0E4h 0228   4]                       Length : 00000040
[0E8h 0232   1]        Flags (decoded below) : 00
                            Memory Hierarchy : 0
[0E9h 0233   1]                    Data Type : 05
[0EAh 0234   2]                    Reserved1 : 0000
[0ECh 0236   4] Initiator Proximity Domains # : 00000002
[0F0h 0240   4]   Target Proximity Domains # : 00000003
[0F4h 0244   4]                    Reserved2 : 00000000
[0F8h 0248   8]              Entry Base Unit : 0000000000000800
[100h 0256   4] Initiator Proximity Domain List : 00000000
[104h 0260   4] Initiator Proximity Domain List : 00000001
[108h 0264   4] Target Proximity Domain List : 00000000
[10Ch 0268   4] Target Proximity Domain List : 00000001
[110h 0272   4] Target Proximity Domain List : 00000002
[114h 0276   2]                        Entry : 000A
[116h 0278   2]                        Entry : 0000
[118h 0280   2]                        Entry : 0000
[11Ah 0282   2]                        Entry : 0000
[11Ch 0284   2]                        Entry : 000A
[11Eh 0286   2]                        Entry : 0001

[120h 0288   2]               Structure Type : 0001 [System Locality Latency and Bandwidth Information]
[122h 0290   2]                     Reserved : 0000
[124h 0292   4]                       Length : 00000040
[128h 0296   1]        Flags (decoded below) : 01
                            Memory Hierarchy : 1
[129h 0297   1]                    Data Type : 00
[12Ah 0298   2]                    Reserved1 : 0000
[12Ch 0300   4] Initiator Proximity Domains # : 00000002
[130h 0304   4]   Target Proximity Domains # : 00000003
[134h 0308   4]                    Reserved2 : 00000000
[138h 0312   8]              Entry Base Unit : 00000000000186A0
[140h 0320   4] Initiator Proximity Domain List : 00000000
[144h 0324   4] Initiator Proximity Domain List : 00000001
[148h 0328   4] Target Proximity Domain List : 00000000
[14Ch 0332   4] Target Proximity Domain List : 00000001
[150h 0336   4] Target Proximity Domain List : 00000002
[154h 0340   2]                        Entry : 0000
[156h 0342   2]                        Entry : 0000
[158h 0344   2]                        Entry : 0000
[15Ah 0346   2]                        Entry : 0000
[15Ch 0348   2]                        Entry : 0000
[15Eh 0350   2]                        Entry : 0001

[160h 0352   2]               Structure Type : 0001 [System Locality Latency and Bandwidth Information]
[162h 0354   2]                     Reserved : 0000
[164h 0356   4]                       Length : 00000040
[168h 0360   1]        Flags (decoded below) : 01
                            Memory Hierarchy : 1
[169h 0361   1]                    Data Type : 03
[16Ah 0362   2]                    Reserved1 : 0000
[16Ch 0364   4] Initiator Proximity Domains # : 00000002
[170h 0368   4]   Target Proximity Domains # : 00000003
[174h 0372   4]                    Reserved2 : 00000000
[178h 0376   8]              Entry Base Unit : 0000000000000800
[180h 0384   4] Initiator Proximity Domain List : 00000000
[184h 0388   4] Initiator Proximity Domain List : 00000001
[188h 0392   4] Target Proximity Domain List : 00000000
[18Ch 0396   4] Target Proximity Domain List : 00000001
[190h 0400   4] Target Proximity Domain List : 00000002
[194h 0404   2]                        Entry : 0000
[196h 0406   2]                        Entry : 0000
[198h 0408   2]                        Entry : 0000
[19Ah 0410   2]                        Entry : 0000
[19Ch 0412   2]                        Entry : 0000
[19Eh 0414   2]                        Entry : 0005

[1A0h 0416   2]               Structure Type : 0002 [Memory Side Cache Information]
[1A2h 0418   2]                     Reserved : 0000
[1A4h 0420   4]                       Length : 00000020
[1A8h 0424   4]      Memory Proximity Domain : 00000000
[1ACh 0428   4]                    Reserved1 : 00000000
[1B0h 0432   8]       Memory Side Cache Size : 0000000000002800
[1B8h 0440   4] Cache Attributes (decoded below) : 00080011
                          Total Cache Levels : 1
                                 Cache Level : 1
                         Cache Associativity : 0
                                Write Policy : 0
                             Cache Line Size : 0008
[1BCh 0444   2]                    Reserved2 : 0000
[1BEh 0446   2]              SMBIOS Handle # : 0000

[1C0h 0448   2]               Structure Type : 0002 [Memory Side Cache Information]
[1C2h 0450   2]                     Reserved : 0000
[1C4h 0452   4]                       Length : 00000020
[1C8h 0456   4]      Memory Proximity Domain : 00000002
[1CCh 0460   4]                    Reserved1 : 00000000
[1D0h 0464   8]       Memory Side Cache Size : 0000000001000000
[1D8h 0472   4] Cache Attributes (decoded below) : 00401112
                          Total Cache Levels : 2
                                 Cache Level : 1
                         Cache Associativity : 1
                                Write Policy : 1
                             Cache Line Size : 0040
[1DCh 0476   2]                    Reserved2 : 0000
[1DEh 0478   2]              SMBIOS Handle # : 0000

[1E0h 0480   2]               Structure Type : 0002 [Memory Side Cache Information]
[1E2h 0482   2]                     Reserved : 0000
[1E4h 0484   4]                       Length : 00000020
[1E8h 0488   4]      Memory Proximity Domain : 00000002
[1ECh 0492   4]                    Reserved1 : 00000000
[1F0h 0496   8]       Memory Side Cache Size : 0000000004000000
[1F8h 0504   4] Cache Attributes (decoded below) : 00802222
                          Total Cache Levels : 2
                                 Cache Level : 2
                         Cache Associativity : 2
                                Write Policy : 2
                             Cache Line Size : 0080
[1FCh 0508   2]                    Reserved2 : 0000
[1FEh 0510   2]              SMBIOS Handle # : 0000

Raw Table Data: Length 512 (0x200)

    0000: 48 4D 41 54 00 02 00 00 02 2D 54 45 52 52 41 43  // HMAT.....-TERRAC
    0010: 54 45 52 52 41 43 45 20 01 00 00 00 54 52 43 45  // TERRACE ....TRCE
    0020: 01 00 00 00 00 00 00 00 00 00 00 00 28 00 00 00  // ............(...
    0030: 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  // ................
    0040: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  // ................
    0050: 00 00 00 00 28 00 00 00 01 00 00 00 01 00 00 00  // ....(...........
    0060: 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  // ................
    0070: 00 00 00 00 00 00 00 00 00 00 00 00 28 00 00 00  // ............(...
    0080: 01 00 00 00 01 00 00 00 02 00 00 00 00 00 00 00  // ................
    0090: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  // ................
    00A0: 01 00 00 00 40 00 00 00 00 01 00 00 02 00 00 00  // ....@...........
    00B0: 03 00 00 00 00 00 00 00 10 27 00 00 00 00 00 00  // .........'......
    00C0: 00 00 00 00 01 00 00 00 00 00 00 00 01 00 00 00  // ................
    00D0: 02 00 00 00 09 00 0F 00 28 00 0F 00 09 00 23 00  // ........(.....#.
    00E0: 01 00 00 00 40 00 00 00 00 05 00 00 02 00 00 00  // ....@...........
    00F0: 03 00 00 00 00 00 00 00 00 08 00 00 00 00 00 00  // ................
    0100: 00 00 00 00 01 00 00 00 00 00 00 00 01 00 00 00  // ................
    0110: 02 00 00 00 0A 00 00 00 00 00 00 00 0A 00 01 00  // ................
    0120: 01 00 00 00 40 00 00 00 01 00 00 00 02 00 00 00  // ....@...........
    0130: 03 00 00 00 00 00 00 00 A0 86 01 00 00 00 00 00  // ................
    0140: 00 00 00 00 01 00 00 00 00 00 00 00 01 00 00 00  // ................
    0150: 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00  // ................
    0160: 01 00 00 00 40 00 00 00 01 03 00 00 02 00 00 00  // ....@...........
    0170: 03 00 00 00 00 00 00 00 00 08 00 00 00 00 00 00  // ................
    0180: 00 00 00 00 01 00 00 00 00 00 00 00 01 00 00 00  // ................
    0190: 02 00 00 00 00 00 00 00 00 00 00 00 00 00 05 00  // ................
    01A0: 02 00 00 00 20 00 00 00 00 00 00 00 00 00 00 00  // .... ...........
    01B0: 00 28 00 00 00 00 00 00 11 00 08 00 00 00 00 00  // .(..............
    01C0: 02 00 00 00 20 00 00 00 02 00 00 00 00 00 00 00  // .... ...........
    01D0: 00 00 00 01 00 00 00 00 12 11 40 00 00 00 00 00  // ..........@.....
    01E0: 02 00 00 00 20 00 00 00 02 00 00 00 00 00 00 00  // .... ...........
    01F0: 00 00 00 04 00 00 00 00 22 22 80 00 00 00 00 00  // ........""......
