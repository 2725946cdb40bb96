namespace Parley.Net;

/// <summary>The tickers of one lane on their absolute schedules. Belongs to the lane's thread.</summary>
internal sealed class TickerSet
{
    private readonly List<Ticker> _tickers = [];
    private int _firing;

    public int Count => _tickers.Count;

    public long Missed { get; private set; }

    /// <summary>Time of the earliest tick in nanoseconds of the lane's clock; <see cref="long.MaxValue"/> when there is none.</summary>
    public long Next { get; private set; } = long.MaxValue;

    public void Add(Ticker ticker)
    {
        if (ticker.Ended)
            return;
        _tickers.Add(ticker);
        Next = Math.Min(Next, ticker.Due);
    }

    public void Remove(Ticker ticker)
    {
        var index = _tickers.IndexOf(ticker);
        if (index < 0)
            return;
        _tickers.RemoveAt(index);
        // Removed by a tick: those after it have moved down by one.
        if (index < _firing)
            _firing--;
        FindNext();
    }

    /// <summary>Ticks everything due. When a ticker throws, another call goes on with the next one.</summary>
    public void Fire(long clock)
    {
        while (_firing < _tickers.Count)
        {
            var ticker = _tickers[_firing++];
            if (ticker.Due > clock)
                continue;
            var missed = (clock - ticker.Due) / ticker.Period;
            ticker.Due += (missed + 1) * ticker.Period;
            ticker.Number += missed + 1;
            Missed += missed;
            ticker.Target.Tick(ticker.Number - 1, (int)Math.Min(missed, int.MaxValue));
        }

        _firing = 0;
        FindNext();
    }

    private void FindNext()
    {
        var next = long.MaxValue;
        foreach (var ticker in _tickers)
            next = Math.Min(next, ticker.Due);
        Next = next;
    }

    /// <summary>One ticker: disposing it from any thread ends it.</summary>
    internal sealed class Ticker(LaneCore lane, ILaneTicker target, long due, long period) : IDisposable
    {
        private int _ended;

        public ILaneTicker Target { get; } = target;

        public long Period { get; } = period;

        public long Due { get; set; } = due;

        public long Number { get; set; }

        public bool Ended => Volatile.Read(ref _ended) != 0;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                lane.Run(static state => ((Ticker)state!).Leave(), this);
        }

        private void Leave() => lane.RemoveTicker(this);
    }
}
