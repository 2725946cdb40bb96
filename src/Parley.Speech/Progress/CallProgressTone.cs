namespace Parley.Speech.Progress;

/// <summary>What a network says by tones.</summary>
public enum CallProgressKind
{
    /// <summary>Dial: digits are expected.</summary>
    Dial,

    /// <summary>Ringback: the far phone rings.</summary>
    Ringback,

    /// <summary>Busy: the called line is in use.</summary>
    Busy,

    /// <summary>Congestion (reorder, fast busy): the network has no way there.</summary>
    Congestion,

    /// <summary>Special information tone: three rising tones before an announcement, as for a number that does not exist.</summary>
    SpecialInformation,
}

/// <summary>Whose tones.</summary>
[Flags]
public enum ToneRegions
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>North America: pairs of 350, 440, 480 and 620 Hz.</summary>
    NorthAmerica = 1,

    /// <summary>Continental Europe, and most of the world: 425 Hz.</summary>
    Europe = 2,

    /// <summary>United Kingdom: 400 and 450 Hz.</summary>
    UnitedKingdom = 4,

    /// <summary>All of them.</summary>
    All = NorthAmerica | Europe | UnitedKingdom,
}

/// <summary>A tone of the network that was heard.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Regions">Whose it is; more than one where they share it.</param>
/// <param name="At">When it was recognised, counted from the first sample.</param>
public readonly record struct CallProgressTone(CallProgressKind Kind, ToneRegions Regions, TimeSpan At);
