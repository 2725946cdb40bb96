using Parley.Speech.Synthesis;

namespace Parley.Speech.Output;

/// <summary>Something to be said.</summary>
public sealed record SpeakCommand
{
    /// <summary>The text; empty for a mere end (<see cref="EndOfStream"/>).</summary>
    public string Text { get; init; } = "";

    /// <summary>The playback it belongs to: text with the id of the one that speaks is said behind what it has, another id takes its place. Default null, which is an id too.</summary>
    public string? PlayId { get; init; }

    /// <summary>Voice instead of the one configured; null for that.</summary>
    public string? Speaker { get; init; }

    /// <summary>Who synthesises this text; null for the call's synthesiser. Pieces of a streamed text that name another one begin a new text.</summary>
    public ISynthesiser? Synthesiser { get; init; }

    /// <summary>Texts that may be synthesised at the same time, this one included; they are heard in their order. Null for the player's.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Whether this is a piece of a text that comes in pieces, all of which the vendor speaks as one. Default false.</summary>
    public bool Streaming { get; init; }

    /// <summary>Whether nothing more comes for this playback: it ends when all has been heard. Default false.</summary>
    public bool EndOfStream { get; init; }

    /// <summary>Audio to be heard instead of the text's; empty for none.</summary>
    public ReadOnlyMemory<short> Pcm { get; init; }

    /// <summary>Samples per second of <see cref="Pcm"/>. Default 16000.</summary>
    public int PcmSampleRate { get; init; } = 16000;

    /// <summary>Name under which the audio is kept in the cache; null for one made of text and voice.</summary>
    public string? CacheKey { get; init; }

    /// <summary>Completes when what was said before has been heard, and is cancelled when it was cut: such a command says nothing itself.</summary>
    internal TaskCompletionSource? OnHeard { get; init; }
}
