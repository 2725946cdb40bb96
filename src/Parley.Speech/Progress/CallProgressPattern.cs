namespace Parley.Speech.Progress;

/// <summary>The frequencies a stretch of tone is made of.</summary>
internal enum ToneClass
{
    None,
    Hz350And440,
    Hz440And480,
    Hz480And620,
    Hz425,
    Hz400,
    Hz400And450,
    SitLow,
    SitMiddle,
    SitHigh,
}

/// <summary>
/// A rhythm: how long tone, pause, tone… may last, in ms, newest last. The last step need not be over: reaching its least is enough. Numbers from ITU-T E.180
/// supplement 2 (national tones) with room for what exchanges really do.
/// </summary>
internal sealed record CallProgressPattern(CallProgressKind Kind, ToneRegions Region, ToneClass Tone, params (int Least, int Most)[] Steps)
{
    private const int Endless = int.MaxValue;

    /// <summary>All of them; an array, because a media lane walks it every 10 ms.</summary>
    public static readonly CallProgressPattern[] All =
    [
        new(CallProgressKind.Dial, ToneRegions.NorthAmerica | ToneRegions.UnitedKingdom, ToneClass.Hz350And440, (2600, Endless)),
        new(CallProgressKind.Dial, ToneRegions.Europe, ToneClass.Hz425, (2600, Endless)),
        new(CallProgressKind.Ringback, ToneRegions.NorthAmerica, ToneClass.Hz440And480, (800, 2500), (1000, Endless)),
        new(CallProgressKind.Ringback, ToneRegions.Europe, ToneClass.Hz425, (640, 2200), (1500, Endless)),
        new(CallProgressKind.Ringback, ToneRegions.UnitedKingdom, ToneClass.Hz400And450, (300, 500), (120, 280), (300, 500), (500, Endless)),
        new(CallProgressKind.Busy, ToneRegions.NorthAmerica, ToneClass.Hz480And620, (400, 600), (400, 600), (400, 600), (330, Endless)),
        new(CallProgressKind.Busy, ToneRegions.Europe, ToneClass.Hz425, (330, 600), (330, 600), (330, 600), (330, Endless)),
        new(CallProgressKind.Busy, ToneRegions.UnitedKingdom, ToneClass.Hz400, (310, 440), (310, 440), (310, 440), (300, Endless)),
        new(CallProgressKind.Congestion, ToneRegions.NorthAmerica, ToneClass.Hz480And620, (160, 330), (160, 330), (160, 330), (160, 330), (160, 330)),
        new(CallProgressKind.Congestion, ToneRegions.Europe, ToneClass.Hz425, (160, 320), (160, 320), (160, 320), (160, 320), (160, 320)),
        new(CallProgressKind.Congestion, ToneRegions.UnitedKingdom, ToneClass.Hz400, (350, 450), (290, 400), (180, 275), (450, Endless)),
    ];
}
