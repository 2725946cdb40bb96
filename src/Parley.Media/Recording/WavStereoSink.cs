using Parley.Media.Files;

namespace Parley.Media.Recording;

/// <summary>Records into a WAV file: the recorder's queue takes both directions on the media lane, its own task writes them; its fault is thrown at the end.</summary>
internal sealed class WavStereoSink(WavRecorder recorder) : IStereoSink, IAsyncDisposable
{
    public int SampleRate => recorder.SampleRate;

    public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right) => recorder.Write(left, right);

    public async ValueTask DisposeAsync()
    {
        await recorder.DisposeAsync().ConfigureAwait(false);
        await recorder.Completion.ConfigureAwait(false); // throws what kept the file from being written
    }
}
