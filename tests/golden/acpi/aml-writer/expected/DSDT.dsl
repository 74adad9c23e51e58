//     Length           0x000002DD (733)
//     Checksum         0x46

DefinitionBlock ("", "DSDT", 2, "TERRAC", "TERRACE ", 0x00000001)
{
    Scope (\_SB)
    {
        Device (HOT)
        {
            Name (_HID, EisaId ("PNP0A06") /* Generic Container Device */)  // _HID: Hardware ID
            Name (_UID, "hotplug")  // _UID: Unique ID
            Name (INTS, Package (0x0A)
            {
                Zero, 
                One, 
                0x02, 
                0xFF, 
                0x0100, 
                0xFFFF, 
                0x00010000, 
                0xFFFFFFFF, 
                0x0000000100000000, 
                0xFFFFFFFFFFFFFFFF
            })
            Name (TEXT, "a text")
            Name (BUFF, Buffer (0x03)
            {
                 0x01, 0x02, 0x03                                 // ...
            })
            Name (UUID, Buffer (0x10)
            {
                /* 0000 */  0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,  // 3"..UDwf
                /* 0008 */  0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF   // ........
            })
            Name (NEST, Package (0x02)
            {
                "inner", 
                Package (0x01)
                {
                    0x07
                }
            })
            OperationRegion (REGS, SystemIO, 0x0A00, 0x18)
            Field (REGS, DWordAcc, NoLock, Preserve)
            {
                ADRL,   32, 
                ADRH,   32, 
                Offset (0x10), 
                PXMR,   32
            }

            Field (REGS, ByteAcc, Lock, WriteAsZeros)
            {
                Offset (0x14), 
                MES,    1, 
                MINS,   1
            }

            OperationRegion (WIDE, SystemMemory, 0xFEA00000, 0x1000)
            Field (WIDE, DWordAcc, NoLock, WriteAsOnes)
            {
                SEL,    32
            }

            Mutex (MLCK, 0x00)
            Device (MP00)
            {
                Name (_HID, EisaId ("PNP0C80") /* Memory Device */)  // _HID: Hardware ID
                Name (_UID, Zero)  // _UID: Unique ID
                Method (_CRS, 0, Serialized)  // _CRS: Current Resource Settings
                {
                    Name (MR64, ResourceTemplate ()
                    {
                        QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
                            0x0000000000000000, // Granularity
                            0x0000000000000000, // Range Minimum
                            0x00000000FFFFFFFF, // Range Maximum
                            0x0000000000000000, // Translation Offset
                            0x0000000100000000, // Length
                            ,, _Y00, AddressRangeMemory, TypeStatic)
                    })
                    CreateQWordField (MR64, \_SB.HOT.MP00._CRS._Y00._MIN, MIN)  // _MIN: Minimum Base Address
                    MIN = ((ADRH << 0x20) | ADRL) /* \_SB_.HOT_.ADRL */
                    Return (MR64) /* \_SB_.HOT_.MP00._CRS.MR64 */
                }

                Method (_PXM, 0, NotSerialized)  // _PXM: Device Proximity
                {
                    Return (^^PXMR) /* \_SB_.HOT_.PXMR */
                }
            }

            Method (SCAN, 0, Serialized)
            {
                Acquire (MLCK, 0xFFFF)
                Local0 = Zero
                While ((Local0 < 0x04))
                {
                    SEL = Local0
                    If ((MINS == One))
                    {
                        Notify (MP00, One) // Device Check
                    }
                    Else
                    {
                        If ((MES && (Local0 <= 0x02)))
                        {
                            Continue
                        }

                        Break
                    }

                    Local0++
                }

                Release (MLCK)
            }

            Method (MATH, 2, NotSerialized)
            {
                Local7 = (Arg0 + Arg1)
                Local7 = (Arg0 - Arg1)
                Local7 = (Arg0 * Arg1)
                Local7 = (Arg0 << Arg1)
                Local7 = (Arg0 >> Arg1)
                Local7 = (Arg0 & Arg1)
                Local7 = (Arg0 | Arg1)
                Local7 = (Arg0 ^ Arg1)
                Local6 = ~Local7
                Local6--
                Local5 = DerefOf (INTS [Local6])
                Local4 = SizeOf (BUFF)
                Return ((Local4 || Local5))
            }
        }
    }

    Device (\_SB.GED)
    {
        Name (_HID, "ACPI0013" /* Generic Event Device */)  // _HID: Hardware ID
        Name (_CRS, ResourceTemplate ()  // _CRS: Current Resource Settings
        {
            Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive, ,, )
            {
                0x00000014,
            }
            Interrupt (ResourceConsumer, Level, ActiveLow, Shared, ,, )
            {
                0x00000101,
            }
            IRQNoFlags ()
                {15}
            IO (Decode16,
                0x0CD8,             // Range Minimum
                0x0CD8,             // Range Maximum
                0x01,               // Alignment
                0x0C,               // Length
                )
            Memory32Fixed (ReadWrite,
                0xFED00000,         // Address Base
                0x00000400,         // Address Length
                )
            DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite,
                0x00000000,         // Granularity
                0xF0000000,         // Range Minimum
                0xFFFFFFFF,         // Range Maximum
                0x00000000,         // Translation Offset
                0x10000000,         // Length
                ,, , AddressRangeMemory, TypeStatic)
            WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,
                0x0000,             // Granularity
                0xFF00,             // Range Minimum
                0xFFFF,             // Range Maximum
                0x0000,             // Translation Offset
                0x0100,             // Length
                ,, , TypeStatic, DenseTranslation)
            WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode,
                0x0000,             // Granularity
                0x0080,             // Range Minimum
                0x00FF,             // Range Maximum
                0x0000,             // Translation Offset
                0x0080,             // Length
                ,, )
        })
        Method (_EVT, 1, Serialized)  // _EVT: Event
        {
            \_SB.HOT.SCAN ()
        }
    }

    Scope (\)
    {
        Name (ROOT, 0xCAFE)
    }
}

