

[000h 0000   4]                    Signature : "XSDT"    [Extended System Description Table]
[004h 0004   4]                 Table Length : 0000003C
[008h 0008   1]                     Revision : 01
[009h 0009   1]                     Checksum : 57
[00Ah 0010   6]                       Oem ID : "TERRAC"
[010h 0016   8]                 Oem Table ID : "TERRACE "
[018h 0024   4]                 Oem Revision : 00000001
[01Ch 0028   4]              Asl Compiler ID : "TRCE"
[020h 0032   4]        Asl Compiler Revision : 00000001

[024h 0036   8]       ACPI Table Address   0 : 000000007FFE0880
[02Ch 0044   8]       ACPI Table Address   1 : 000000007FFE09C0
[034h 0052   8]       ACPI Table Address   2 : 000000007FFE0A40

Raw Table Data: Length 60 (0x3C)

    0000: 58 53 44 54 3C 00 00 00 01 57 54 45 52 52 41 43  // XSDT<....WTERRAC
    0010: 54 45 52 52 41 43 45 20 01 00 00 00 54 52 43 45  // TERRACE ....TRCE
    0020: 01 00 00 00 80 08 FE 7F 00 00 00 00 C0 09 FE 7F  // ................
    0030: 00 00 00 00 40 0A FE 7F 00 00 00 00              // ....@.......
