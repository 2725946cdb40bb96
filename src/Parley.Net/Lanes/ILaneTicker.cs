namespace Parley.Net;

/// <summary>Something done on a lane at a steady pace, such as sending a media frame every 20 ms. Added by <see cref="Lane.AddTicker"/>.</summary>
public interface ILaneTicker
{
    /// <summary>Called on the lane once per period.</summary>
    /// <param name="number">Number of the tick on the absolute schedule: 0 is due one period after the ticker was added, and missed ticks count.</param>
    /// <param name="missed">Ticks left out just before this one because the lane was a whole period or more behind; usually 0.</param>
    void Tick(long number, int missed);
}
