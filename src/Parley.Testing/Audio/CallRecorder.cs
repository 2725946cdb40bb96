using Parley.Media.Files;
using Parley.Media.Recording;

namespace Parley.Testing.Audio;

/// <summary>Records a call into two files, what was said and what was heard.</summary>
internal sealed class CallRecorder : IStereoSink, IAsyncDisposable
{
    private readonly WavRecorder _received;
    private readonly WavRecorder _sent;
    private readonly short[] _nothing = new short[960];

    public CallRecorder(string prefix, int sampleRate)
    {
        var options = new WavRecorderOptions { SampleRate = sampleRate, Layout = RecordingLayout.Mono };
        _received = WavRecorder.Create($"{prefix}-recv.wav", options);
        _sent = WavRecorder.Create($"{prefix}-sent.wav", options);
        SampleRate = sampleRate;
    }

    public int SampleRate { get; }

    public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        while (!left.IsEmpty)
        {
            var count = Math.Min(left.Length, _nothing.Length);
            _received.Write(left[..count], _nothing.AsSpan(0, count));
            _sent.Write(right[..count], _nothing.AsSpan(0, count));
            left = left[count..];
            right = right[count..];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _received.DisposeAsync().ConfigureAwait(false);
        await _sent.DisposeAsync().ConfigureAwait(false);
    }
}
