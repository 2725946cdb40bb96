using System.ComponentModel;

namespace Parley.Contracts.Commands;

/// <summary>Parameters of <c>CallPlay</c>: plays to one party or both. The command ends when all is played.</summary>
public sealed record CallPlayParameters : CallParameters
{
    /// <summary>A sound file (WAV, MP3, Ogg, FLAC) of the server's folder of prompts by its name, an http or https URL the server allows, or <c>tone:HZ</c>.</summary>
    [Description("A sound file (WAV, MP3, Ogg, FLAC) of the server's folder of prompts by its name, an http or https URL the server allows, or tone:HZ.")]
    public required string Source { get; init; }

    /// <summary>Who hears it; null for both.</summary>
    [Description("Who hears it. Default: both.")]
    public CallLeg? Leg { get; init; }

    /// <summary>How often it is played, 0 until <c>CallStop</c>. Null for once.</summary>
    [Description("How often it is played, at most 1000; 0 until CallStop. Default: 1.")]
    public int? Repeat { get; init; }

    /// <summary>How much louder, in decibels, -40 to 20. Null for 0.</summary>
    [Description("How much louder, in decibels, -40 to 20. Default: 0.")]
    public double? Gain { get; init; }
}

/// <summary>Parameters of <c>CallStop</c>: ends what <c>CallPlay</c> plays.</summary>
public sealed record CallStopParameters : CallParameters
{
    /// <summary>To whom; null for both.</summary>
    [Description("To whom nothing is played any more. Default: both.")]
    public CallLeg? Leg { get; init; }
}

/// <summary>Parameters of <c>CallRecord</c>: records both directions until it is stopped or the call ends.</summary>
public sealed record CallRecordParameters : CallParameters
{
    /// <summary>Name of the file in the server's folder of recordings; null for one made from time and Call-ID.</summary>
    [Description("Name of the file in the server's folder of recordings. Default: made up.")]
    public string? File { get; init; }

    /// <summary>True to end the recording under way.</summary>
    [Description("End the recording under way instead of beginning one. Default: false.")]
    public bool? Stop { get; init; }
}

/// <summary>Parameters of <c>CallDtmf</c>: presses keys towards one party.</summary>
public sealed record CallDtmfParameters : CallParameters
{
    /// <summary>Who receives them.</summary>
    [Description("Who receives them.")]
    public required CallLeg Leg { get; init; }

    /// <summary>0–9, *, #, A–D, at most 64.</summary>
    [Description("Keys to press: 0-9, *, #, A-D; at most 64.")]
    public required string Digits { get; init; }

    /// <summary>How they are sent. Null for <see cref="DtmfMethod.Rtp"/>.</summary>
    [Description("How they are sent: rtp (RFC 4733), info or inband. Default: rtp.")]
    public DtmfMethod? Method { get; init; }

    /// <summary>Milliseconds each is held down, 40–2000. Null for the server's choice.</summary>
    [Description("Milliseconds each is held down, 40 to 2000. Default: 100.")]
    public int? Duration { get; init; }
}
