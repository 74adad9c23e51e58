//     Length           0x00001D54 (7508)
//     Checksum         0x5B

DefinitionBlock ("", "DSDT", 2, "TERRAC", "TERRACE ", 0x00000001)
{
    Name (\_S5, Package (0x04)  // _S5_: S5 System State
    {
        0x05, 
        Zero, 
        Zero, 
        Zero
    })
    Scope (\_SB)
    {
        Device (C000)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, Zero)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C001)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, One)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C003)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x03)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C004)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x04)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C006)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x06)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C007)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x07)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C009)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x09)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C00A)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0A)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C00C)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0C)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C00D)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0D)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C00F)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0F)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C010)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x10)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C012)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x12)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C013)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x13)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C015)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x15)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C016)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x16)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C018)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x18)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C019)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x19)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C01B)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x1B)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C01C)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x1C)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C01E)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x1E)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C01F)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x1F)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C021)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x21)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C022)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x22)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C024)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x24)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C025)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x25)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C027)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x27)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C028)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x28)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C02A)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x2A)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C02B)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x2B)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C02D)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x2D)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C02E)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x2E)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C030)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x30)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C031)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x31)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C033)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x33)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C034)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x34)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C036)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x36)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C037)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x37)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C039)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x39)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C03A)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x3A)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C03C)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x3C)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C03D)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x3D)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C03F)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x3F)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C040)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x40)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C042)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x42)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C043)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x43)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C045)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x45)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C046)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x46)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C048)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x48)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C049)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x49)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C04B)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x4B)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C04C)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x4C)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C04E)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x4E)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C04F)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x4F)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C051)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x51)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C052)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x52)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C054)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x54)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C055)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x55)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C057)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x57)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C058)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x58)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C05A)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x5A)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C05B)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x5B)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C05D)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x5D)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C05E)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x5E)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C060)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x60)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C061)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x61)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C063)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x63)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C064)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x64)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C066)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x66)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C067)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x67)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C069)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x69)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C06A)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x6A)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C06C)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x6C)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C06D)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x6D)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C06F)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x6F)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C070)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x70)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C072)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x72)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C073)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x73)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C075)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x75)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C076)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x76)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C078)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x78)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C079)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x79)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C07B)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x7B)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C07C)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x7C)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C07E)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x7E)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C07F)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x7F)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C081)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x81)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C082)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x82)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C084)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x84)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C085)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x85)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C087)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x87)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C088)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x88)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C08A)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x8A)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C08B)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x8B)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C08D)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x8D)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C08E)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x8E)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C090)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x90)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C091)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x91)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C093)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x93)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C094)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x94)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C096)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x96)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C097)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x97)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C099)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x99)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C09A)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x9A)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C09C)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x9C)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C09D)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x9D)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C09F)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x9F)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0A0)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xA0)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0A2)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xA2)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0A3)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xA3)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0A5)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xA5)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0A6)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xA6)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0A8)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xA8)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0A9)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xA9)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0AB)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xAB)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0AC)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xAC)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0AE)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xAE)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0AF)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xAF)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0B1)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xB1)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0B2)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xB2)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0B4)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xB4)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0B5)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xB5)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0B7)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xB7)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0B8)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xB8)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0BA)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xBA)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0BB)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xBB)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0BD)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xBD)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0BE)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xBE)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0C0)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xC0)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0C1)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xC1)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0C3)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xC3)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0C4)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xC4)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0C6)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xC6)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0C7)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xC7)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0C9)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xC9)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0CA)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xCA)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0CC)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xCC)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0CD)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xCD)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0CF)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xCF)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0D0)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xD0)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0D2)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xD2)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0D3)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xD3)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0D5)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xD5)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0D6)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xD6)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0D8)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xD8)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0D9)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xD9)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0DB)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xDB)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0DC)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xDC)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0DE)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xDE)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0DF)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xDF)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0E1)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xE1)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0E2)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xE2)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0E4)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xE4)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0E5)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xE5)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0E7)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xE7)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0E8)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xE8)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0EA)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xEA)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0EB)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xEB)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0ED)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xED)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0EE)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xEE)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0F0)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xF0)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0F1)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xF1)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0F3)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xF3)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0F4)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xF4)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0F6)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xF6)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0F7)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xF7)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0F9)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xF9)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0FA)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xFA)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0FC)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xFC)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C0FD)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xFD)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C0FF)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0xFF)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C100)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0100)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C102)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0102)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C103)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0103)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C105)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0105)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C106)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0106)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C108)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0108)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C109)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0109)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C10B)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x010B)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C10C)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x010C)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C10E)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x010E)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C10F)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x010F)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C111)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0111)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C112)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0112)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C114)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0114)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C115)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0115)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C117)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0117)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C118)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0118)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C11A)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x011A)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C11B)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x011B)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C11D)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x011D)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C11E)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x011E)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C120)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0120)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C121)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0121)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C123)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0123)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C124)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0124)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C126)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0126)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (C127)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0127)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C129)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x0129)  // _UID: Unique ID
            Name (_PXM, One)  // _PXM: Device Proximity
        }

        Device (C12A)
        {
            Name (_HID, "ACPI0007" /* Processor Device */)  // _HID: Hardware ID
            Name (_UID, 0x012A)  // _UID: Unique ID
            Name (_PXM, Zero)  // _PXM: Device Proximity
        }

        Device (PCI0)
        {
            Name (_HID, EisaId ("PNP0A08") /* PCI Express Bus */)  // _HID: Hardware ID
            Name (_CID, EisaId ("PNP0A03") /* PCI Bus */)  // _CID: Compatible ID
            Name (_UID, Zero)  // _UID: Unique ID
            Name (_SEG, Zero)  // _SEG: PCI Segment
            Name (_BBN, Zero)  // _BBN: BIOS Bus Number
            Name (_CRS, ResourceTemplate ()  // _CRS: Current Resource Settings
            {
                WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode,
                    0x0000,             // Granularity
                    0x0000,             // Range Minimum
                    0x00FF,             // Range Maximum
                    0x0000,             // Translation Offset
                    0x0100,             // Length
                    ,, )
                WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,
                    0x0000,             // Granularity
                    0x0000,             // Range Minimum
                    0x0CF7,             // Range Maximum
                    0x0000,             // Translation Offset
                    0x0CF8,             // Length
                    ,, , TypeStatic, DenseTranslation)
                WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,
                    0x0000,             // Granularity
                    0x0D00,             // Range Minimum
                    0xFFFF,             // Range Maximum
                    0x0000,             // Translation Offset
                    0xF300,             // Length
                    ,, , TypeStatic, DenseTranslation)
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
                    0x00000000,         // Granularity
                    0xC0000000,         // Range Minimum
                    0xFEBFFFFF,         // Range Maximum
                    0x00000000,         // Translation Offset
                    0x3EC00000,         // Length
                    ,, , AddressRangeMemory, TypeStatic)
                QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
                    0x0000000000000000, // Granularity
                    0x0000000800000000, // Range Minimum
                    0x0000000FFFFFFFFF, // Range Maximum
                    0x0000000000000000, // Translation Offset
                    0x0000000800000000, // Length
                    ,, , AddressRangeMemory, TypeStatic)
            })
            Method (_OSC, 4, Serialized)  // _OSC: Operating System Capabilities
            {
                CreateDWordField (Arg3, Zero, CDW1)
                If ((Arg0 == ToUUID ("33db4d5b-1ff7-401c-9657-7441c03dd766") /* PCI Host Bridge Device */))
                {
                    CreateDWordField (Arg3, 0x08, CDW3)
                    Local0 = (CDW3 & 0x1D)
                    If ((Arg1 != One))
                    {
                        CDW1 |= 0x08
                    }

                    If ((CDW3 != Local0))
                    {
                        CDW1 |= 0x10
                    }

                    CDW3 = Local0
                }
                Else
                {
                    CDW1 |= 0x04
                }

                Return (Arg3)
            }
        }

        Device (MBRD)
        {
            Name (_HID, EisaId ("PNP0C02") /* PNP Motherboard Resources */)  // _HID: Hardware ID
            Name (_UID, Zero)  // _UID: Unique ID
            Name (_CRS, ResourceTemplate ()  // _CRS: Current Resource Settings
            {
                Memory32Fixed (ReadWrite,
                    0xB0000000,         // Address Base
                    0x10000000,         // Address Length
                    )
            })
        }

        Device (COM1)
        {
            Name (_HID, EisaId ("PNP0501") /* 16550A-compatible COM Serial Port */)  // _HID: Hardware ID
            Name (_UID, One)  // _UID: Unique ID
            Name (_CRS, ResourceTemplate ()  // _CRS: Current Resource Settings
            {
                IO (Decode16,
                    0x03F8,             // Range Minimum
                    0x03F8,             // Range Maximum
                    0x01,               // Alignment
                    0x08,               // Length
                    )
                IRQNoFlags ()
                    {4}
            })
        }

        Device (RTC)
        {
            Name (_HID, EisaId ("PNP0B00") /* AT Real-Time Clock */)  // _HID: Hardware ID
            Name (_CRS, ResourceTemplate ()  // _CRS: Current Resource Settings
            {
                IO (Decode16,
                    0x0070,             // Range Minimum
                    0x0070,             // Range Maximum
                    0x01,               // Alignment
                    0x02,               // Length
                    )
                IRQNoFlags ()
                    {8}
            })
        }
    }
}

