using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;

namespace Parley.BenchSupport;

/// <summary>Gives what it is told to, at once.</summary>
internal sealed class ScriptedRecogniser : IRecogniser, IRecogniserConnection
{
    private readonly Channel<RecogniserResult> _results = Channel.CreateUnbounded<RecogniserResult>();

    public string Name => "scripted";

    public int SampleRate => 8000;

    public void Say(string text) => _results.Writer.TryWrite(new(text, true));

    public Task<IRecogniserConnection> ConnectAsync(CancellationToken cancel) => Task.FromResult<IRecogniserConnection>(this);

    public ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel) => default;

    /// <summary>Has no words for it, but says so: one that is silent while somebody speaks has failed, and what it was sent goes to the next.</summary>
    public ValueTask HeardAsync(VoiceActivityChange change, CancellationToken cancel)
    {
        _results.Writer.TryWrite(new("", IsFinal: false));
        return default;
    }

    public ValueTask<RecogniserResult> ReceiveAsync(CancellationToken cancel) => _results.Reader.ReadAsync(cancel);

    public ValueTask DisposeAsync() => default;
}

/// <summary>Speaks at once: a second of voice for each ten characters.</summary>
internal sealed class ScriptedSynthesiser : ISynthesiser
{
    private static readonly short[] s_voice = Voice.Samples(8000);

    public string Name => "scripted";

    public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var piece in request.ReadAsync(cancel))
        {
            for (var i = 0; i < Math.Max(1, piece.Length / 10); i++) yield return new(s_voice, 8000);
        }
    }
}
