using System.Text.Json.Serialization;
using Parley.Contracts.Voice.Options;

namespace Parley.Contracts.Voice.Commands;

/// <summary>Says a text: behind what the same <see cref="PlayId"/> has to say, or in the place of what another says.</summary>
public sealed record TtsCommand() : VoiceCommand("tts")
{
    /// <summary>The text; with <see cref="Base64"/> 16-bit little-endian PCM at 16 kHz. Empty for a mere end.</summary>
    public required string Text { get; init; }

    /// <summary>Voice; null for that of the options.</summary>
    public string? Speaker { get; init; }

    /// <summary>Name of the playback; none is a name, too.</summary>
    public string? PlayId { get; init; }

    /// <summary>Hangs up when all of the playback has been heard.</summary>
    public bool? AutoHangup { get; init; }

    /// <summary>Whether this is a piece of a text that comes in pieces.</summary>
    public bool? Streaming { get; init; }

    /// <summary>Whether nothing more comes for this playback.</summary>
    public bool? EndOfStream { get; init; }

    /// <summary>Synthesis for this text; null for that of the call.</summary>
    public TtsOption? Option { get; init; }

    /// <summary>Milliseconds to wait for the other side to say or press something after the playback; then there is a silence event.</summary>
    public uint? WaitInputTimeout { get; init; }

    /// <summary>Whether <see cref="Text"/> is audio.</summary>
    public bool? Base64 { get; init; }

    /// <summary>Name under which the audio is kept; null for one made of text and voice.</summary>
    public string? CacheKey { get; init; }
}

/// <summary>Plays a file or URL.</summary>
public sealed record PlayCommand() : VoiceCommand("play")
{
    /// <summary>A file of the server's folder of prompts, <c>tone:HZ</c>, or an http or https URL.</summary>
    public required string Url { get; init; }

    /// <summary>Name of the playback; null for the <see cref="Url"/>.</summary>
    public string? PlayId { get; init; }

    /// <summary>Hangs up when all has been heard.</summary>
    public bool? AutoHangup { get; init; }

    /// <summary>As of <see cref="TtsCommand.WaitInputTimeout"/>.</summary>
    public uint? WaitInputTimeout { get; init; }

    /// <summary>Milliseconds left out at the beginning.</summary>
    public uint? OffsetMs { get; init; }

    /// <summary>True plays it beneath what is said, as music, instead of in its place.</summary>
    public bool? Background { get; init; }

    /// <summary>How much louder, in decibels, -60 to 20.</summary>
    public double? Gain { get; init; }

    /// <summary>True begins again at its end, until it is interrupted.</summary>
    public bool? Loop { get; init; }

    /// <summary>Milliseconds it takes to rise from silence.</summary>
    public uint? FadeInMs { get; init; }
}

/// <summary>Sets how loud a playback is.</summary>
public sealed record VolumeCommand() : VoiceCommand("volume")
{
    /// <summary>Which one.</summary>
    public required string PlayId { get; init; }

    /// <summary>Decibels, -60 to 20; 0 is as it came.</summary>
    public required double Gain { get; init; }

    /// <summary>Milliseconds the change takes.</summary>
    public uint? FadeMs { get; init; }
}

/// <summary>Cuts what is played or said.</summary>
public sealed record InterruptCommand() : VoiceCommand("interrupt")
{
    /// <summary>True lets the text being said come to its end.</summary>
    public bool? Graceful { get; init; }

    /// <summary>Milliseconds it takes to fall silent.</summary>
    public uint? FadeOutMs { get; init; }

    /// <summary>Only the playback of this name; null for what sounds in the foreground.</summary>
    public string? PlayId { get; init; }
}

/// <summary>Holds what is played or said.</summary>
public sealed record PauseCommand() : VoiceCommand("pause")
{
    /// <summary>Only the playback of this name; null for what sounds in the foreground.</summary>
    public string? PlayId { get; init; }
}

/// <summary>Lets it go on.</summary>
public sealed record ResumeCommand() : VoiceCommand("resume")
{
    /// <summary>Only the playback of this name; null for what sounds in the foreground.</summary>
    public string? PlayId { get; init; }
}

/// <summary>Silences a direction.</summary>
public sealed record MuteCommand() : VoiceCommand("mute")
{
    /// <summary>The track: the session's id is what the other side says, the server-side track what it hears; null for both.</summary>
    public string? TrackId { get; init; }
}

/// <summary>Ends a <see cref="MuteCommand"/>.</summary>
public sealed record UnmuteCommand() : VoiceCommand("unmute")
{
    /// <summary>As of <see cref="MuteCommand.TrackId"/>.</summary>
    public string? TrackId { get; init; }
}

/// <summary>Presses keys.</summary>
public sealed record SendDtmfCommand() : VoiceCommand("sendDtmf")
{
    /// <summary>0–9, *, #, A–D; at most 64.</summary>
    public required string Digits { get; init; }

    /// <summary><c>rtp</c> or <c>rfc4733</c> (telephone events), <c>info</c> (SIP INFO) or <c>inband</c> (tones); null for rtp.</summary>
    public string? Method { get; init; }

    /// <summary>Milliseconds each is held down; null for 100.</summary>
    public uint? Duration { get; init; }

    /// <summary>Milliseconds of pause behind each; null for 100.</summary>
    public uint? Gap { get; init; }

    /// <summary>True sends them to the party of a <see cref="ReferCommand"/>.</summary>
    public bool? Refer { get; init; }
}

/// <summary>Begins, holds, continues or ends a recording.</summary>
public sealed record RecordCommand() : VoiceCommand("record")
{
    /// <summary><c>start</c>, <c>pause</c>, <c>resume</c> or <c>stop</c>; null for start.</summary>
    public string? Action { get; init; }

    /// <summary>Where and how, for start; null for the defaults.</summary>
    public RecorderOption? Recorder { get; init; }
}

/// <summary>Writes something into the history of the call.</summary>
public sealed record HistoryCommand() : VoiceCommand("history")
{
    /// <summary>Who said it.</summary>
    public required string Speaker { get; init; }

    /// <summary>What was said.</summary>
    public required string Text { get; init; }
}

/// <summary>Is repeated as an event to everybody who follows the session.</summary>
public sealed record CustomCommand() : VoiceCommand("custom")
{
    /// <summary>Who says so; null for nobody.</summary>
    public string? Sender { get; init; }

    /// <summary>Anything.</summary>
    public required System.Text.Json.JsonElement Data { get; init; }
}

/// <summary>A further address of a browser's, found after its offer.</summary>
public sealed record AddIceCandidateCommand() : VoiceCommand("addIceCandidate")
{
    /// <summary>The candidate line.</summary>
    public required string Candidate { get; init; }

    /// <summary>Its media section, by name.</summary>
    public string? SdpMid { get; init; }

    /// <summary>Its media section, by number.</summary>
    [JsonPropertyName("sdpMlineIndex")]
    public int? SdpMLineIndex { get; init; }
}
