

[000h 0000   4]                    Signature : "XSDT"    [Extended System Description Table]
[004h 0004   4]                 Table Length : 00000054
[008h 0008   1]                     Revision : 01
[009h 0009   1]                     Checksum : E2
[00Ah 0010   6]                       Oem ID : "TERRAC"
[010h 0016   8]                 Oem Table ID : "TERRACE "
[018h 0024   4]                 Oem Revision : 00000001
[01Ch 0028   4]              Asl Compiler ID : "TRCE"
[020h 0032   4]        Asl Compiler Revision : 00000001

[024h 0036   8]       ACPI Table Address   0 : 000000007FFE0900
[02Ch 0044   8]       ACPI Table Address   1 : 000000007FFE0A40
[034h 0052   8]       ACPI Table Address   2 : 000000007FFE0B00
[03Ch 0060   8]       ACPI Table Address   3 : 000000007FFE0B40
[044h 0068   8]       ACPI Table Address   4 : 000000007FFE0C40
[04Ch 0076   8]       ACPI Table Address   5 : 000000007FFE0C80

Raw Table Data: Length 84 (0x54)

    0000: 58 53 44 54 54 00 00 00 01 E2 54 45 52 52 41 43  // XSDTT.....TERRAC
    0010: 54 45 52 52 41 43 45 20 01 00 00 00 54 52 43 45  // TERRACE ....TRCE
    0020: 01 00 00 00 00 09 FE 7F 00 00 00 00 40 0A FE 7F  // ............@...
    0030: 00 00 00 00 00 0B FE 7F 00 00 00 00 40 0B FE 7F  // ............@...
    0040: 00 00 00 00 40 0C FE 7F 00 00 00 00 80 0C FE 7F  // ....@...........
    0050: 00 00 00 00                                      // ....
