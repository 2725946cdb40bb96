using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.Speech.Tests;

/// <summary>Speaks without delay: each character is 10 ms of its own value at 8 kHz.</summary>
internal sealed class ScriptedSynthesiser : ISynthesiser
{
    public const int CharacterSamples = 80;

    public string Name => "scripted";

    public Func<string, Task>? Before { get; init; }

    public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var piece in request.ReadAsync(cancel))
        {
            if (Before is not null) await Before(piece);
            if (piece.Contains("fail", StringComparison.Ordinal)) throw new SpeechVendorException(Name, VendorFailure.RateLimited, "too many", 429);
            var pcm = new short[piece.Length * CharacterSamples];
            for (var i = 0; i < piece.Length; i++) Array.Fill(pcm, (short)piece[i], i * CharacterSamples, CharacterSamples);
            yield return new(pcm, 8000);
        }
    }
}

/// <summary>Recognises what the test says.</summary>
internal sealed class ScriptedRecogniser : IRecogniser
{
    public Channel<RecogniserResult> Results { get; } = Channel.CreateUnbounded<RecogniserResult>();

    public string Name => "scripted";

    public int SampleRate => 8000;

    public Task<IRecogniserConnection> ConnectAsync(CancellationToken cancel) => Task.FromResult<IRecogniserConnection>(new Connection(this));

    private sealed class Connection(ScriptedRecogniser recogniser) : IRecogniserConnection
    {
        public ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel) => default;

        public ValueTask HeardAsync(VoiceActivityChange change, CancellationToken cancel) => default;

        public ValueTask<RecogniserResult> ReceiveAsync(CancellationToken cancel) => recogniser.Results.Reader.ReadAsync(cancel);

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>A voice is what is louder than 1000.</summary>
internal sealed class LoudnessModel : IVoiceActivityModel
{
    public int SampleRate => 8000;

    public int FrameSamples => 160;

    public double Probability(ReadOnlySpan<short> frame) => Math.Abs((int)frame[80]) > 1000 ? 1 : 0;

    public void Dispose()
    {
    }
}
