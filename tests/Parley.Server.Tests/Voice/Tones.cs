using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Parley.Speech.Synthesis;

namespace Parley.Server.Tests.Voice;

/// <summary>A voice whose every character is 20 ms of a tone.</summary>
/// <param name="name">What it is registered as.</param>
/// <param name="said">Gets each text when all of it has been said.</param>
internal sealed class Tones(string name, ConcurrentQueue<string>? said = null) : ISynthesiser
{
    public string Name => name;

    public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        var all = "";
        await foreach (var piece in request.ReadAsync(cancel))
        {
            all += piece;
            var pcm = new short[piece.Length * 160];
            for (var i = 0; i < pcm.Length; i++)
                pcm[i] = (short)(8_000 * Math.Sin(i * 0.3));
            yield return new(pcm, 8_000);
        }

        said?.Enqueue(all);
    }
}
