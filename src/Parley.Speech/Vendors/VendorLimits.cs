namespace Parley.Speech.Vendors;

/// <summary>How long vendors are waited for, and how much they may send.</summary>
public sealed record VendorLimits
{
    /// <summary>The defaults.</summary>
    public static VendorLimits Default { get; } = new();

    /// <summary>Time to connect, TLS and the vendor's own greeting included. Default 5 s: a caller who hears nothing for longer hangs up.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time a vendor may be silent while it owes something: words for a voice, audio for a text. Default 10 s.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of one message. Default 1 MiB: 30 s of audio at 16 kHz.</summary>
    public int MaxMessage { get; init; } = 1 << 20;

    /// <summary>Bytes of a reply to one request over HTTP. Default 32 MiB: 11 minutes of audio at 24 kHz.</summary>
    public int MaxReply { get; init; } = 32 << 20;

    /// <summary>Connections kept open between uses, per vendor and key. Default 8.</summary>
    public int MaxIdleConnections { get; init; } = 8;

    /// <summary>How long they are kept. Default 20 s: Deepgram closes its own after 60 s, DashScope after 60 s.</summary>
    public TimeSpan IdleConnection { get; init; } = TimeSpan.FromSeconds(20);
}
