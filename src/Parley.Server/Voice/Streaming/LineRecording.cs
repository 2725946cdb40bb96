using Parley.Media.Audio;
using Parley.Media.Files;

namespace Parley.Server.Voice.Streaming;

/// <summary>
/// A recording of a socket's line. What is said sets the pace; what is heard waits for its turn here, since the line hears faster for a while after a pause of the network.
/// </summary>
internal sealed class LineRecording : IAsyncDisposable
{
    private readonly WavRecorder _recorder;
    private readonly Action<LineRecording> _leave;
    private readonly SampleRing _waiting;
    private readonly Resampler? _left;
    private readonly Resampler? _right;
    private readonly short[] _heard;
    private readonly short[] _leftConverted = [];
    private readonly short[] _rightConverted = [];

    public LineRecording(WavRecorder recorder, int sampleRate, int samplesPerFrame, int maxFrames, Action<LineRecording> leave)
    {
        (_recorder, _leave) = (recorder, leave);
        _waiting = new(samplesPerFrame * maxFrames);
        _heard = new short[samplesPerFrame];
        if (recorder.SampleRate == sampleRate)
            return;
        (_left, _right) = (new(sampleRate, recorder.SampleRate), new(sampleRate, recorder.SampleRate));
        _leftConverted = new short[_left.MaxOutput(samplesPerFrame)];
        _rightConverted = new short[_right.MaxOutput(samplesPerFrame)];
    }

    /// <summary>Takes 20 ms of what is heard.</summary>
    public void Heard(ReadOnlySpan<short> pcm) => _waiting.Write(pcm);

    /// <summary>Takes 20 ms of what is said, and records both.</summary>
    public void Said(ReadOnlySpan<short> pcm)
    {
        _heard.AsSpan(_waiting.Read(_heard)).Clear();
        if (_left is null || _right is null)
        {
            _recorder.Write(_heard, pcm);
            return;
        }

        var count = _left.Process(_heard, _leftConverted);
        _right.Process(pcm, _rightConverted);
        _recorder.Write(_leftConverted.AsSpan(0, count), _rightConverted.AsSpan(0, count));
    }

    public async ValueTask DisposeAsync()
    {
        _leave(this);
        await _recorder.DisposeAsync();
        await _recorder.Completion; // throws what kept the file from being written
    }
}
