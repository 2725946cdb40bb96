using Parley.Media.Files;

namespace Parley.Media.Recording;

/// <summary>Records into a WAV file: the recorder's queues take both directions on the media lane, its own task writes them.</summary>
internal sealed class WavStereoSink(WavRecorder recorder) : IStereoSink, IAsyncDisposable
{
    public int SampleRate => recorder.Received.SampleRate;

    public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        recorder.Received.Write(left);
        recorder.Sent.Write(right);
    }

    public async ValueTask DisposeAsync()
    {
        await recorder.DisposeAsync().ConfigureAwait(false);
        await recorder.Completion.ConfigureAwait(false); // throws what kept the file from being written
    }
}
