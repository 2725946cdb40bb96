using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.Speech.Output;

/// <summary>One play id's speech: its commands in their order, synthesised one after the other ahead of what is heard.</summary>
internal sealed class SpeechPlayback
{
    /// <summary>Commands that wait to be synthesised; more are refused with a problem. A language model that speaks word by word gives some hundred.</summary>
    private const int MaxCommands = 1024;

    private readonly Channel<SpeakCommand> _commands = Channel.CreateBounded<SpeakCommand>(new BoundedChannelOptions(MaxCommands) { SingleReader = true });
    private readonly Queue<SpeechSegment> _ahead = new(); // not heard to their ends, oldest first
    private readonly TimeSpan _maxAhead;
    private readonly Queue<Task> _speaking = new(); // begun and perhaps not synthesised yet, oldest first
    private readonly ISynthesiser? _synthesiser;
    private readonly int _concurrency;
    private readonly Action<SpeechEvent> _onEvent;
    private readonly TimeProvider _time;
    private SpeechSegment? _segment; // of text in pieces
    private SpeechSegment? _newest;
    private int _texts; // begun
    private Channel<string>? _pieces;
    private ISynthesiser? _piecesBy;
    private bool _ends; // nothing comes behind the newest command, as far as is known

    public SpeechPlayback(SpeechLayer layer, TimeSpan maxAhead, ISynthesiser? synthesiser, int concurrency, Action<SpeechEvent> onEvent, TimeProvider time)
    {
        Layer = layer;
        _maxAhead = maxAhead;
        _synthesiser = synthesiser;
        _concurrency = concurrency;
        _onEvent = onEvent;
        _time = time;
        Running = Task.Run(RunAsync);
    }

    public SpeechLayer Layer { get; }

    public string? PlayId => Layer.PlayId;

    public Task Running { get; }

    public bool IsOver => Layer.Stopped.IsCancellationRequested || Layer.Completion.IsCompleted;

    /// <summary>Adds a command; false when this playback is over and another must be begun.</summary>
    public bool TryAdd(SpeakCommand command)
    {
        if (!Layer.TryReopen()) return false;
        _ends = command.EndOfStream;
        if (!_commands.Writer.TryWrite(command)) Problem($"more than {MaxCommands} commands wait to be spoken; one was left out", null, null);
        return true;
    }

    /// <summary>Completes when all that was said up to now has been heard: true; false when it was cut.</summary>
    public async Task<bool> MarkAsync()
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Reopened, so that the layer does not end before the mark is reached; and closed behind it if it was.
        if (!Layer.TryReopen() || !_commands.Writer.TryWrite(new() { Text = "", EndOfStream = _ends, OnHeard = heard }))
            return (await Layer.Completion.ConfigureAwait(false)).End == LayerEnd.Finished;
        var first = await Task.WhenAny(heard.Task, Layer.Completion).ConfigureAwait(false);
        return first == heard.Task ? heard.Task.IsCompletedSuccessfully : Layer.Completion.Result.End == LayerEnd.Finished;
    }

    public void Interrupt(bool graceful, TimeSpan fade)
    {
        Layer.Interrupt(graceful, fade);
        _commands.Writer.TryComplete();
    }

    public void Stop()
    {
        Layer.Stop();
        _commands.Writer.TryComplete();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var command in _commands.Reader.ReadAllAsync(Layer.Stopped).ConfigureAwait(false))
            {
                var text = Speakable(command.Text);
                if (command.Streaming && command.Pcm.IsEmpty)
                {
                    if (text.Length > 0) await AddPieceAsync(command, text).ConfigureAwait(false);
                }
                else if (text.Length > 0 || !command.Pcm.IsEmpty)
                {
                    EndPieces();
                    await RoomAsync(command.Concurrency).ConfigureAwait(false);
                    var whole = _newest = await AddAsync(text, streaming: false).ConfigureAwait(false);
                    _speaking.Enqueue(command.Pcm.IsEmpty
                        ? SpeakAsync(whole, new() { Text = text, Speaker = command.Speaker, CacheKey = command.CacheKey }, command.Synthesiser ?? _synthesiser)
                        : PlayAsync(whole, command));
                }

                if (command.OnHeard is { } mark) _ = TellAsync(_newest, mark);
                if (!command.EndOfStream) continue;
                EndPieces();
                await RoomAsync(1).ConfigureAwait(false);
                if (!_commands.Reader.TryPeek(out _)) Layer.Complete();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped: what waits will not be heard.
        }
        catch (InvalidOperationException)
        {
            // The layer was interrupted between two commands.
        }

        EndPieces();
        await RoomAsync(1).ConfigureAwait(false);
    }

    private async Task AddPieceAsync(SpeakCommand command, string text)
    {
        var synthesiser = command.Synthesiser ?? _synthesiser;
        if (_piecesBy != synthesiser) EndPieces();
        if (_pieces is null)
        {
            await RoomAsync(command.Concurrency).ConfigureAwait(false);
            (_pieces, _piecesBy) = (Channel.CreateUnbounded<string>(), synthesiser); // bounded by the commands it is made of
            _newest = _segment = await AddAsync("", streaming: true).ConfigureAwait(false);
            _speaking.Enqueue(SpeakAsync(_segment, new() { Pieces = _pieces.Reader.ReadAllAsync(), Speaker = command.Speaker }, synthesiser));
        }

        _segment!.AddText(text);
        _pieces.Writer.TryWrite(text);
    }

    private void EndPieces()
    {
        _pieces?.Writer.TryComplete();
        _pieces = null;
    }

    /// <summary>Waits until another text may be synthesised beside those that are.</summary>
    private async Task RoomAsync(int? concurrency)
    {
        while (_speaking.Count >= (concurrency ?? _concurrency))
            await _speaking.Dequeue().ConfigureAwait(false);
    }

    private static async Task TellAsync(SpeechSegment? segment, TaskCompletionSource heard)
    {
        try
        {
            if (segment is not null) await segment.WhenHeard.ConfigureAwait(false);
            heard.SetResult();
        }
        catch (OperationCanceledException)
        {
            heard.SetCanceled();
        }
    }

    /// <summary>Adds a segment, once there is little enough that waits to be heard: texts are not synthesised for hours that nobody may listen to.</summary>
    private async Task<SpeechSegment> AddAsync(string text, bool streaming)
    {
        while (_ahead.TryPeek(out var oldest))
        {
            if (oldest.WhenHeard.IsCompleted) _ahead.Dequeue();
            else if (_ahead.Sum(one => (one.Received - one.Played).Ticks) < _maxAhead.Ticks) break;
            else await oldest.WhenHeard.ConfigureAwait(false);
        }

        var segment = Layer.Add(text, streaming);
        _ahead.Enqueue(segment);
        return segment;
    }

    private async Task SpeakAsync(SpeechSegment segment, SynthesisRequest request, ISynthesiser? synthesiser)
    {
        var (began, number) = (_time.GetTimestamp(), _texts++);
        var (firstAudio, bytes, cached) = ((TimeSpan?)null, 0L, false);
        try
        {
            if (synthesiser is null) throw new SpeechVendorException("none", VendorFailure.Protocol, "no synthesiser is configured for this call");
            await foreach (var chunk in synthesiser.SynthesiseAsync(request, Layer.Stopped).ConfigureAwait(false))
            {
                if (chunk.Mark is { } mark)
                {
                    segment.AddMark(mark, chunk.At);
                    continue;
                }

                if (firstAudio is null && !chunk.Pcm.IsEmpty)
                {
                    firstAudio = _time.GetElapsedTime(began);
                    Metric($"ttfb.tts.{synthesiser.Name}", firstAudio.Value);
                }

                bytes += 2L * chunk.Pcm.Length;
                cached |= chunk.Cached;

                if (!await segment.WriteAsync(chunk.Pcm, chunk.SampleRate, Layer.Stopped).ConfigureAwait(false)) return;
            }

            Metric($"completed.tts.{synthesiser.Name}", _time.GetElapsedTime(began), new(number, request.Speaker, bytes, cached, firstAudio ?? default));
        }
        catch (OperationCanceledException) when (Layer.Stopped.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        catch (Exception error) // a synthesiser may be an application's: whatever it throws costs this text, not the call
        {
            var known = error as SpeechVendorException;
            Problem(known?.Message ?? $"{synthesiser?.Name}: {error.GetType().Name}: {error.Message}", known?.Code, known?.Vendor ?? synthesiser?.Name);
        }
        finally
        {
            segment.Complete();
        }
    }

    private async Task PlayAsync(SpeechSegment segment, SpeakCommand command)
    {
        try
        {
            // A second at a time, so that a long one waits for its listener.
            for (var pcm = command.Pcm; !pcm.IsEmpty; pcm = pcm[Math.Min(pcm.Length, command.PcmSampleRate)..])
            {
                if (!await segment.WriteAsync(pcm[..Math.Min(pcm.Length, command.PcmSampleRate)], command.PcmSampleRate, Layer.Stopped).ConfigureAwait(false)) return;
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
        catch (ArgumentOutOfRangeException error)
        {
            Problem($"audio of {command.PcmSampleRate} samples per second cannot be played: {error.Message}", null, null);
        }
        finally
        {
            segment.Complete();
        }
    }

    private void Metric(string key, TimeSpan duration, SynthesisFigures? figures = null) =>
        _onEvent(new SpeechMetric(key, duration) { PlayId = PlayId, Synthesis = figures, At = _time.GetUtcNow() });

    private void Problem(string message, int? code, string? provider) => _onEvent(new SpeechProblem("tts", message, code) { Provider = provider, At = _time.GetUtcNow() });

    /// <summary>Text without emoji, which synthesisers read out by their names.</summary>
    private static string Speakable(string text)
    {
        if (text.All(static one => one < '\u2190')) return text;
        var speakable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var joins = rune.Value is 0x200d or 0xfe0f or 0x20e3 or (>= 0x1f3fb and <= 0x1f3ff);
            var emoji = rune.Value >= 0x2190 && Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol;
            if (!joins && !emoji) speakable.Append(rune);
        }

        return speakable.ToString();
    }
}
