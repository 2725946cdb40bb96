using System.Globalization;
using System.Runtime.CompilerServices;

namespace Parley.Speech.Synthesis;

/// <summary>Looks a text up before it has it synthesised, and keeps what it had synthesised. Text in pieces passes it by.</summary>
public sealed class CachedSynthesiser : ISynthesiser
{
    private readonly ISynthesiser _synthesiser;
    private readonly SynthesisOptions _options;
    private readonly SynthesisCache _cache;

    /// <summary>Puts a cache before a synthesiser.</summary>
    /// <param name="synthesiser">Who synthesises.</param>
    /// <param name="options">How: what changes the sound is part of the name something is kept under.</param>
    /// <param name="cache">Where it is kept.</param>
    public CachedSynthesiser(ISynthesiser synthesiser, SynthesisOptions options, SynthesisCache cache)
    {
        ArgumentNullException.ThrowIfNull(synthesiser);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(cache);
        _synthesiser = synthesiser;
        _options = options;
        _cache = cache;
    }

    /// <inheritdoc/>
    public string Name => _synthesiser.Name;

    /// <inheritdoc/>
    public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Text is null)
        {
            await foreach (var chunk in _synthesiser.SynthesiseAsync(request, cancel).ConfigureAwait(false))
                yield return chunk;
            yield break;
        }

        var key = KeyOf(request);
        if (await _cache.TryGetAsync(key, cancel).ConfigureAwait(false) is { } kept)
        {
            foreach (var (position, at) in kept.Marks)
                yield return new(default, kept.SampleRate, position, at);
            yield return new(kept.Pcm, kept.SampleRate, Cached: true);
            yield break;
        }

        var pcm = new List<short>();
        var marks = new List<(int, TimeSpan)>();
        var rate = 0;
        await foreach (var chunk in _synthesiser.SynthesiseAsync(request, cancel).ConfigureAwait(false))
        {
            if (chunk.Mark is { } mark) marks.Add((mark, chunk.At));
            else pcm.AddRange(chunk.Pcm.Span);
            rate = chunk.SampleRate;
            yield return chunk;
        }

        // Only here is it whole: an interruption or a failure leaves before.
        if (pcm.Count > 0) await _cache.PutAsync(key, new(rate, [.. pcm], marks), cancel).ConfigureAwait(false);
    }

    /// <summary>Bytes kept for a text; null when it is not kept.</summary>
    /// <param name="request">The text; one in pieces is never kept.</param>
    public long? KeptBytes(SynthesisRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Text is null ? null : _cache.BytesOf(KeyOf(request));
    }

    /// <summary>The name a text is kept under.</summary>
    /// <param name="request">The text.</param>
    public string KeyOf(SynthesisRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (culture, options) = (CultureInfo.InvariantCulture, _options);
        return request.CacheKey is { } name
            ? SynthesisCache.Key("name", name)
            : SynthesisCache.Key([
                "text", _synthesiser.Name, options.Endpoint?.AbsoluteUri, options.Model, request.Speaker ?? options.Speaker, options.Language, options.Emotion,
                options.Speed.ToString(culture), options.Volume.ToString(culture), options.SampleRate.ToString(culture),
                .. options.Extra.OrderBy(one => one.Key, StringComparer.Ordinal).SelectMany(one => new[] { one.Key, one.Value }), request.Text]);
    }
}
