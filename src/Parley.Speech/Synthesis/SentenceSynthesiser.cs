using System.Runtime.CompilerServices;

namespace Parley.Speech.Synthesis;

/// <summary>What synthesisers share that take a text at a time: text in pieces is spoken sentence by sentence.</summary>
public abstract class SentenceSynthesiser : ISynthesiser
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var spoken = 0; // characters and time of the sentences before: marks count from the text's beginning
        var time = TimeSpan.Zero;
        // A text given whole is spoken whole: vendors' melody goes over sentences.
        var parts = request.Text is not null ? request.ReadAsync(cancel) : Sentences.CutAsync(request.ReadAsync(cancel), cancel);
        await foreach (var part in parts.ConfigureAwait(false))
        {
            if (!part.AsSpan().Trim().IsEmpty)
            {
                var began = time;
                await foreach (var chunk in SpeakAsync(part.Trim(), request.Speaker, cancel).ConfigureAwait(false))
                {
                    if (chunk.Mark is null) time += TimeSpan.FromSeconds((double)chunk.Pcm.Length / chunk.SampleRate);
                    yield return chunk.Mark is { } mark ? chunk with { Mark = mark + spoken, At = chunk.At + began } : chunk;
                }
            }

            spoken += part.Length;
        }
    }

    /// <summary>Speaks one sentence or text, which is not empty.</summary>
    private protected abstract IAsyncEnumerable<SynthesisChunk> SpeakAsync(string text, string? speaker, CancellationToken cancel);
}
