namespace Parley.Speech.Synthesis;

/// <summary>A vendor that turns text into speech. Used by many calls at once.</summary>
public interface ISynthesiser
{
    /// <summary>Its name in events.</summary>
    string Name { get; }

    /// <summary>Speaks a text; audio comes as soon as there is some.</summary>
    /// <param name="request">What to say.</param>
    /// <param name="cancel">Ends it: nobody listens any more.</param>
    /// <returns>Audio in its order, with marks between where the vendor gives them.</returns>
    /// <exception cref="Vendors.SpeechVendorException">It failed; what had come until then is good.</exception>
    IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, CancellationToken cancel);
}

/// <summary>What is to be said.</summary>
public sealed record SynthesisRequest
{
    /// <summary>All of the text; null when it comes in <see cref="Pieces"/>.</summary>
    public string? Text { get; init; }

    /// <summary>The text in pieces, as a language model gives it; null when it is all in <see cref="Text"/>.</summary>
    public IAsyncEnumerable<string>? Pieces { get; init; }

    /// <summary>Voice for this text instead of the one configured; null for that.</summary>
    public string? Speaker { get; init; }

    /// <summary>Name under which its audio is kept in the cache, instead of one made of text and voice; null for that.</summary>
    public string? CacheKey { get; init; }

    /// <summary>The text in pieces, one or many.</summary>
    public async IAsyncEnumerable<string> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        if (Text is not null) yield return Text;
        if (Pieces is null) yield break;
        await foreach (var piece in Pieces.WithCancellation(cancel).ConfigureAwait(false))
            yield return piece;
    }
}

/// <summary>Audio, or the place of a word in it.</summary>
/// <param name="Pcm">Mono samples, valid until the next chunk is asked for; none for a mark.</param>
/// <param name="SampleRate">Their rate.</param>
/// <param name="Mark">Characters of the text before the word that begins; null for audio.</param>
/// <param name="At">When that word begins, counted from the first sample.</param>
/// <param name="Cached">Whether it comes from a cache.</param>
public readonly record struct SynthesisChunk(ReadOnlyMemory<short> Pcm, int SampleRate, int? Mark = null, TimeSpan At = default, bool Cached = false);
