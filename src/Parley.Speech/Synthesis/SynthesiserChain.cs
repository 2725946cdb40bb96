using System.Runtime.CompilerServices;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>
/// Several synthesisers as one: where the first fails, it is asked once more unless it refuses the key, and then the next one speaks. Text whose audio had begun is not
/// said twice: after a failure in the middle the next one goes on with the text that had not been given out.
/// </summary>
public sealed class SynthesiserChain : ISynthesiser
{
    private const int Attempts = 2;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly IReadOnlyList<ISynthesiser> _synthesisers;
    private readonly Action<SpeechEvent> _onProblem;

    /// <summary>Makes a chain.</summary>
    /// <param name="synthesisers">In the order of preference, one at least.</param>
    /// <param name="onProblem">Called with a <see cref="SpeechProblem"/> for each failure that somebody else made good. The last failure is thrown.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public SynthesiserChain(IReadOnlyList<ISynthesiser> synthesisers, Action<SpeechEvent> onProblem)
    {
        ArgumentNullException.ThrowIfNull(synthesisers);
        ArgumentNullException.ThrowIfNull(onProblem);
        if (synthesisers.Count == 0) throw new ArgumentException("One synthesiser at least is needed.", nameof(synthesisers));
        _synthesisers = synthesisers;
        _onProblem = onProblem;
    }

    /// <summary>Name of the first.</summary>
    public string Name => _synthesisers[0].Name;

    /// <inheritdoc/>
    public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var text = new Replay(request, cancel);
        await using (text.ConfigureAwait(false))
        {
            for (var (turn, attempt) = (0, 1); ; attempt++)
            {
                var voice = _synthesisers[turn];
                // Another vendor does not know this one's voices.
                var part = request with { Text = request.Text is null || text.IsBegun ? null : request.Text, Pieces = text.ReadAsync(), Speaker = turn == 0 ? request.Speaker : null };
                if (part.Text is not null) part = part with { Pieces = null };
                var chunks = voice.SynthesiseAsync(part, cancel).GetAsyncEnumerator(cancel);
                SpeechVendorException? failure = null;
                await using (chunks.ConfigureAwait(false))
                {
                    while (true)
                    {
                        try
                        {
                            if (!await chunks.MoveNextAsync().ConfigureAwait(false)) yield break;
                        }
                        catch (SpeechVendorException error)
                        {
                            failure = error;
                            break;
                        }

                        if (chunks.Current.Mark is null && !chunks.Current.Pcm.IsEmpty) text.Spoken();
                        if (part.Text is not null) text.SpokenWhole();
                        yield return chunks.Current;
                    }
                }

                var again = failure.Failure != VendorFailure.Refused && attempt < Attempts && !text.IsBegun;
                if (!again) (turn, attempt) = (turn + 1, 0);
                if (turn == _synthesisers.Count || text.IsOver) throw failure;
                _onProblem(new SpeechProblem("tts", failure.Message, failure.Code) { Provider = failure.Vendor });
                if (again) await Task.Delay(s_pause, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A request's text, given out again to the next voice as long as nothing of it has been spoken.</summary>
    private sealed class Replay(SynthesisRequest request, CancellationToken cancel) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<string> _pieces = request.ReadAsync(cancel).GetAsyncEnumerator(cancel);
        private readonly List<string> _given = [];
        private readonly SemaphoreSlim _reading = new(1, 1);

        public bool IsBegun { get; private set; }

        public bool IsOver { get; private set; }

        public void Spoken()
        {
            IsBegun = true;
            _given.Clear();
        }

        public void SpokenWhole() => IsOver |= IsBegun;

        public async IAsyncEnumerable<string> ReadAsync()
        {
            foreach (var piece in _given.ToArray())
                yield return piece;
            while (true)
            {
                // A voice that failed may still be in here for a moment.
                await _reading.WaitAsync(cancel).ConfigureAwait(false);
                string piece;
                try
                {
                    if (!await _pieces.MoveNextAsync().ConfigureAwait(false))
                    {
                        IsOver |= IsBegun;
                        yield break;
                    }

                    piece = _pieces.Current;
                    if (!IsBegun) _given.Add(piece);
                }
                finally
                {
                    _reading.Release();
                }

                yield return piece;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _reading.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            await _pieces.DisposeAsync().ConfigureAwait(false);
            _reading.Dispose();
        }
    }
}
