using Parley.Media.Engine;

namespace Parley.Media.Recording;

/// <summary>A recording of both directions of a stream, until it is disposed of or the stream ends.</summary>
public sealed class AudioRecording : IAsyncDisposable
{
    private readonly AudioStream _stream;
    private readonly IStereoSink _sink;
    private readonly bool _leaveOpen;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ending;

    internal AudioRecording(AudioStream stream, IStereoSink sink, bool leaveOpen)
    {
        _stream = stream;
        _sink = sink;
        _leaveOpen = leaveOpen;
        Port = new(sink, OnEnd);
    }

    /// <summary>Completes when recording has ended and, unless it was left open, the sink is flushed and disposed of; faults with what the sink threw.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Length recorded so far.</summary>
    public TimeSpan Length => Port.Length;

    internal RecorderPort Port { get; }

    /// <summary>Ends the recording and flushes it.</summary>
    public async ValueTask DisposeAsync()
    {
        _stream.OnLane(() =>
        {
            if (_stream.Detach(Port))
                Port.End(null);
        });
        await _completion.Task.ConfigureAwait(false);
    }

    private void OnEnd(Exception? error)
    {
        if (Interlocked.Exchange(ref _ending, 1) == 0)
            _ = Task.Run(() => FinishAsync(error));
    }

    private async Task FinishAsync(Exception? error)
    {
        try
        {
            if (!_leaveOpen && _sink is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            else if (!_leaveOpen && _sink is IDisposable disposable)
                disposable.Dispose();
        }
        catch (Exception exception) // the boundary to a user's sink: its fault is told by the completion
        {
            error ??= exception;
        }

        if (error is null)
            _completion.SetResult();
        else
            _completion.SetException(error);
    }
}
