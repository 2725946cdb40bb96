namespace Parley.Media.Engine;

/// <summary>Something with a frame to make at a steady pace.</summary>
internal interface IClocked
{
    /// <summary>Called once per period.</summary>
    /// <param name="due">When it was due, in lane milliseconds: the audio's own time, without the lane's lateness.</param>
    void Tick(long due);

    /// <summary>
    /// Called while those before it have their ticks, so that memory can be fetched meanwhile (<see cref="CacheHint"/>): what one call fetched, the next can follow.
    /// </summary>
    /// <param name="ahead">Ticks until its own: 3, then 2, then 1.</param>
    void Approach(int ahead);
}
